-- Schema change 2. Each profile's latest properties: for filters as JSON columns, and as the text that was sent, which
-- is what goes out again. A deleted profile stays as a mark. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.profile
(
    project_id  String,
    distinct_id String,
    properties  JSON,
    document    String,
    deleted     UInt8,
    updated_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (project_id, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
