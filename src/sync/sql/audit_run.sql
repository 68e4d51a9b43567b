-- Every distinct id that was in the cohort before or after a run, and what the run did with it. Who was there before is
-- the snapshot with what this run (if it succeeded) and later ones did taken back: of each person's rows the earliest
-- tells. Parameters: sync_key, change_set, applied_since (change sets). Shape: rows {distinct_id, change}.
-- People open it in a spreadsheet: an apostrophe stands before what could be taken for a formula (as in append_csv_text).
SELECT
    if(position('=+-@\t\r', substring(distinct_id, 1, 1)) > 0 AND toFloat64OrNull(distinct_id) IS NULL,
        concat('\'', distinct_id), distinct_id) AS cell,
    action
FROM
(
    SELECT distinct_id, multiIf(change = 1, 'add', change = -1, 'remove', 'no-op') AS action
    FROM bellwether.frozen_person
    WHERE sync_key = {sync_key:String} AND change_set = {change_set:String}
    UNION ALL
    SELECT distinct_id, 'no-op' AS action
    FROM
    (
        SELECT distinct_id, argMin(was_present, run_number) AS was_present
        FROM
        (
            SELECT distinct_id, present AS was_present, 18446744073709551615 AS run_number
            FROM bellwether.snapshot FINAL
            WHERE sync_key = {sync_key:String}
            UNION ALL
            SELECT distinct_id, change != 1 AS was_present, run_number
            FROM bellwether.frozen_person
            WHERE sync_key = {sync_key:String} AND change_set IN {applied_since:Array(String)}
        )
        GROUP BY distinct_id
    )
    WHERE was_present = 1 AND distinct_id GLOBAL NOT IN
    (
        SELECT distinct_id
        FROM bellwether.frozen_person
        WHERE sync_key = {sync_key:String} AND change_set = {change_set:String}
    )
)
