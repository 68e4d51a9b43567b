-- What the engine has put aside when it opened its folder: each table's number of parts. No parameters.
SELECT concat(table, ': ', toString(count()))
FROM system.detached_parts
WHERE database = 'bellwether' AND startsWith(reason, 'broken')
GROUP BY table
ORDER BY table
