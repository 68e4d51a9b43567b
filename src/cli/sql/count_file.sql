-- How many rows a file has. Parameters: file (an absolute path), format. Shape: one number.
SELECT count() FROM file({file:String}, {format:String})
