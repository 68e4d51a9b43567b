-- Schema change 3. Whose id an alias is: a device before sign-in, a second user id. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.identity
(
    project_id String,
    alias      String,
    person     String,
    known_at   DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(known_at)
ORDER BY (project_id, alias)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
