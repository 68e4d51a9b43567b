-- Schema change 4. Lists of people that were uploaded as cohorts. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.static_member
(
    project_id  String,
    upload      String,
    distinct_id String
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, upload, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
