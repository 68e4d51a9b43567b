-- Each attempt of each person, one after another. $events gives rows [at, steps, excluded, segment, person]. $attempts makes
-- of a person's moments (at, done, broken, inside) the attempts (start, durations); $end is when none may begin any more,
-- $later as for people. Shape: rows [bucket, segment, durations: ms from the beginning to each step that was reached, person].
SELECT
    person,
    segment,
    roundDown(attempt.1, $starts) AS bucket,
    attempt.2 AS durations
FROM
(
    SELECT person, argMinIf(label, at, $begins AND inside) AS segment, arrayJoin($attempts) AS attempt
    FROM
    (
        SELECT
            person,
            at,
            at < $end AS inside,
            groupBitOr(if(at < $end, steps, bitAnd(steps, $later))) AS done,
            groupBitOr(excluded) AS broken,
            argMinIf(segment, toString(segment), $begins_at) AS label
        FROM
        (
$events
        )
        GROUP BY person, at
    )
    GROUP BY person
)
