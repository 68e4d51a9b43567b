-- The rows of a Parquet file, in its order (one thread). Parameters: file (an absolute path). Shape: the file's columns.
SELECT *
FROM file({file:String}, 'Parquet')
SETTINGS max_threads = 1, max_parsing_threads = 1, input_format_parquet_preserve_order = 1, session_timezone = 'UTC',
         output_format_json_quote_64bit_integers = 0
