-- Each person's first birth, and the periods behind it in which they came back. $events gives rows [at, steps (bit 0 birth,
-- bit 1 return), segment, person]; $end is when the births end, $starts are the births' buckets, $period makes of `back`, the
-- time of a return, its period's number. Shape: rows [bucket, segment, periods: each once, person].
SELECT
    person,
    minIf(at, born) AS birth_at,
    roundDown(birth_at, $starts) AS bucket,
    argMinIf(label, (at, toString(label)), born) AS segment,
    arrayDistinct(arrayMap(back -> $period, arrayFilter(back -> back > birth_at, groupArrayIf(at, bitTest(steps, 1)))))
        AS periods
FROM
(
    SELECT person, at, steps, segment AS label, bitTest(steps, 0) AND at < $end AS born FROM (
$events
    )
)
GROUP BY person
HAVING countIf(born) > 0
