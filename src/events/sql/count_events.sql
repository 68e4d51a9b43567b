-- How many events a project has from a time on, and of how many people.
-- Parameters: project, from. Shape: one row {events, people}.
SELECT count() AS events, uniqExact(distinct_id) AS people
FROM bellwether.event FINAL
WHERE project_id = {project:String} AND time >= {from:DateTime64(3, 'UTC')}
