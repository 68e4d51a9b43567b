-- Schema change 5. What each sync run announces, frozen when the run began: change is 1 for who entered, -1 for who left,
-- 0 for who stayed (only with a full load, which names all). member is the JSON object that goes out. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.frozen_change
(
    sync_key    String,
    run_number  UInt64,
    change_set  String,
    change      Int8,
    distinct_id String,
    member      String,
    frozen_at   DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (sync_key, change_set, change, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
