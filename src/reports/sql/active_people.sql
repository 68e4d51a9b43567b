-- $events, rows [bucket: the day's start, segment, person], in each bucket whose window ($window_starts to $window_ends,
-- by bucket) the day lies in. $bounds are the buckets' starts. Shape: rows [bucket, segment, value, person].
SELECT
    arrayJoin(arrayFilter((start, opens, ends) -> day >= opens AND day < ends, $bounds, $window_starts, $window_ends)) AS bucket,
    segment,
    NULL AS value,
    person
FROM
(
    SELECT DISTINCT bucket AS day, segment, person FROM (
$events
    )
)
