-- How far each person came, in each bucket in which they began. $events gives rows [at, steps, excluded, segment, person].
-- $buckets are pairs of start and end, $window is in ms, $later are the bits of the steps that may come behind the bucket.
-- $begins tests `steps` for what begins an attempt. $durations makes of a person's moments (at, done, broken, inside) how long
-- each step took. Shape: rows [bucket, segment, durations: ms from the beginning to each step that was reached, person].
SELECT person, bucket, argMinIf(label, at, $begins AND inside) AS segment, $durations AS durations
FROM
(
    SELECT
        person,
        bounds.1 AS bucket,
        at,
        at < any(bounds.2) AS inside,
        groupBitOr(if(at < bounds.2, steps, bitAnd(steps, $later))) AS done,
        groupBitOr(excluded) AS broken,
        argMinIf(segment, toString(segment), $begins_at) AS label
    FROM
    (
        SELECT *, arrayJoin(arrayFilter(pair -> at >= pair.1 AND at < pair.2 + $window, $buckets)) AS bounds FROM (
$events
        )
    )
    GROUP BY person, bucket, at
)
GROUP BY person, bucket
HAVING notEmpty(durations)
