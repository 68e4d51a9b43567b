-- Who entered (1), left (-1) and, with full, stayed (0) since the snapshot. Parameters: sync_key, run_number, change_set,
-- full and those of the cohort's query, which stands for $people (rows {person}).
INSERT INTO bellwether.frozen_person (sync_key, run_number, change_set, change, distinct_id)
SELECT {sync_key:String}, {run_number:UInt64}, {change_set:String}, multiIf(sides = 1, 1, sides = 2, -1, 0), person
FROM
(
    SELECT person, sum(side) AS sides
    FROM
    (
        SELECT person, toUInt8(1) AS side FROM
        (
$people
        )
        UNION ALL
        SELECT distinct_id AS person, toUInt8(2) AS side
        FROM bellwether.snapshot FINAL
        WHERE sync_key = {sync_key:String} AND present = 1
    )
    GROUP BY person
)
WHERE sides != 3 OR {full:UInt8} = 1
