-- The rows of a file of another program, in its order (one thread). Parameters: file (an absolute path), format. Shape: the
-- file's columns.
SELECT *
FROM file({file:String}, {format:String})
SETTINGS max_threads = 1, max_parsing_threads = 1, input_format_parquet_preserve_order = 1,
         output_format_json_quote_64bit_integers = 0, input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0
