-- Schema change 6. Who each sync run is about, found when it began: change is 1 for who entered, -1 for who left, 0 for who
-- stayed (only with a full load, which names all). From these the pages are made, at the end the snapshot, and later the
-- audit. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.frozen_person
(
    sync_key    String,
    run_number  UInt64,
    change_set  String,
    change      Int8,
    distinct_id String
)
ENGINE = MergeTree
ORDER BY (sync_key, change_set, change, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
