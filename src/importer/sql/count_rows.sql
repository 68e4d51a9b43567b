-- How many rows a Parquet file has. Parameters: file (an absolute path). Shape: one number.
SELECT count() FROM file({file:String}, 'Parquet')
