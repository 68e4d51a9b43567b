-- Schema change 1. Every event, once: of those equal in (event, time, distinct_id, insert_id) the one received last
-- counts (contract), so queries read the table with FINAL. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.event
(
    project_id  String,
    event       LowCardinality(String),
    distinct_id String,
    time        DateTime64(3, 'UTC'),
    insert_id   String,
    properties  JSON,
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(received_at)
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, event, time, distinct_id, insert_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
