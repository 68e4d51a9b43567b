-- Our tables that have parts. No parameters.
SELECT name
FROM system.tables
WHERE database = 'bellwether' AND endsWith(engine, 'MergeTree')
