-- One metric by bucket and segment. $events gives rows [bucket, segment, value, person]. Shape: rows [metric, bucket,
-- segment, value, weight].
SELECT
    $metric AS metric,
    bucket,
    segment,
    CAST($aggregate, 'Nullable(Float64)') AS value,
    count() AS weight
FROM
(
$events
)
GROUP BY bucket, segment
