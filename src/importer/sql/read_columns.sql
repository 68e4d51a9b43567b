-- The columns of a Parquet file in its order. Parameters: file (an absolute path). Shape: name, type, and more.
DESCRIBE TABLE file({file:String}, 'Parquet')
