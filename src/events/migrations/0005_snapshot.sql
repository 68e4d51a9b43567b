-- Schema change 5. Who was in the cohort when a sync last succeeded: of each person's rows the one of the latest run
-- counts. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.snapshot
(
    sync_key    String,
    distinct_id String,
    present     UInt8,
    run_number  UInt64
)
ENGINE = ReplacingMergeTree(run_number)
ORDER BY (sync_key, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
