-- Which properties events have, those of most events first. Parameters: project, names, from, to. Shape: rows [path]; a dot
-- within a property's name is %2E, one between a property and what is inside of it stays.
SELECT path
FROM
(
    SELECT arrayJoin(JSONAllPaths(properties)) AS path
    FROM bellwether.event
    WHERE project_id = {project:String} AND event IN {names:Array(String)}
        AND time >= {from:DateTime64(3, 'UTC')} AND time < {to:DateTime64(3, 'UTC')}
    LIMIT 1000000
)
GROUP BY path
ORDER BY count() DESC, path
LIMIT 100
