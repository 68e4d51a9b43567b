-- People who did an event so that $having holds over those events. Parameters: project and those of the parts. $value is
-- what is aggregated, $times and $filters narrow the events down. Shape: rows {person}.
SELECT if(known.person = '', done.distinct_id, known.person) AS person
FROM
(
    SELECT distinct_id, $value AS value
    FROM bellwether.event FINAL
    WHERE project_id = {project:String} AND event = $event AND distinct_id != ''$times$filters
) AS done
GLOBAL ANY LEFT JOIN
(
    SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
) AS known ON done.distinct_id = known.alias
GROUP BY person
HAVING $having
