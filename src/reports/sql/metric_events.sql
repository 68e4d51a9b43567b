-- The events of one metric with the bucket that each lies in. Parameters: project and those of the parts. $bounds are
-- the buckets' starts, $segment is an array of labels, $value what is aggregated. Shape: rows [bucket, segment, value,
-- distinct_id].
SELECT
    roundDown(toUnixTimestamp64Milli(time), $bounds) AS bucket,
    $segment AS segment,
    $value AS value,
    distinct_id
FROM bellwether.event FINAL
WHERE project_id = {project:String} AND event = $event$times$filters
