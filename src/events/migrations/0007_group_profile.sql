-- Schema change 8 (change 7 is of rows and has no file: schema.cpp). Each group's latest properties, as bellwether.profile has
-- a person's: group_key says what kind of group it is ("company"), group_id which one. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.group_profile
(
    project_id  String,
    group_key   String,
    group_id    String,
    properties  JSON,
    document    String,
    deleted     UInt8,
    updated_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (project_id, group_key, group_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
