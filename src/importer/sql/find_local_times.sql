-- The columns whose timestamps are a local clock's, which the engine reads as if they were UTC: Parquet says of each whether it
-- is "adjusted to UTC". Parameters: file (an absolute path). Shape: name.
SELECT column.path AS name
FROM (SELECT arrayJoin(columns) AS column FROM file({file:String}, 'ParquetMetadata'))
WHERE column.logical_type LIKE 'Timestamp(isAdjustedToUTC=false%'
