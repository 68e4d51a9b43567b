-- Who entered (1), left (-1) and, with full, stayed (0) since the snapshot: people are grouped once, by what they meet now
-- and whether the snapshot has them (bit 63). Parameters: sync_key, run_number, change_set, full and those of the cohort,
-- whose rows {person, met} stand for $conditions and whose rule over them for $rule.
INSERT INTO bellwether.frozen_person (sync_key, run_number, change_set, change, distinct_id)
SELECT {sync_key:String}, {run_number:UInt64}, {change_set:String}, toInt8(is_member) - toInt8(was_member), person
FROM
(
    SELECT person, ($rule) AS is_member, bitTest(groupBitOr(met), 63) AS was_member
    FROM
    (
$conditions
        UNION ALL
        SELECT distinct_id AS person, bitShiftLeft(toUInt64(1), 63) AS met
        FROM bellwether.snapshot FINAL
        WHERE sync_key = {sync_key:String} AND present = 1
    )
    GROUP BY person
)
WHERE is_member != was_member OR (is_member AND {full:UInt8} = 1)
