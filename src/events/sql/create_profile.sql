-- Schema change 2. Each profile's latest properties; a deleted one stays as a mark. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.profile
(
    project_id  String,
    distinct_id String,
    properties  JSON,
    deleted     UInt8,
    updated_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
ORDER BY (project_id, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
