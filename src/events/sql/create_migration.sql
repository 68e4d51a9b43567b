-- Which schema changes have been made. No parameters.
CREATE TABLE IF NOT EXISTS bellwether.migration
(
    version UInt32,
    made_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY version
