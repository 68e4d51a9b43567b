-- The stored parts of the event table, those with few rows first. No parameters. Shape: rows {name}.
SELECT name
FROM system.parts
WHERE database = 'bellwether' AND table = 'event' AND active
ORDER BY rows, name
