-- $events, rows [distinct_id, …], with the person behind each id in its place. Parameters: project and those of the parts.
-- Shape: rows [person, …].
SELECT acted.* EXCEPT (distinct_id), if(known.person = '', acted.distinct_id, known.person) AS person
FROM
(
$events
) AS acted
GLOBAL ANY LEFT JOIN
(
    SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
) AS known ON acted.distinct_id = known.alias
