-- Everybody whom the project knows, by an event or a profile. Parameters: project. Shape: rows {person}.
SELECT DISTINCT if(known.person = '', seen.distinct_id, known.person) AS person
FROM
(
    SELECT distinct_id FROM bellwether.event WHERE project_id = {project:String} AND distinct_id != ''
    UNION ALL
    SELECT distinct_id FROM bellwether.profile FINAL WHERE project_id = {project:String} AND deleted = 0
) AS seen
GLOBAL ANY LEFT JOIN
(
    SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
) AS known ON seen.distinct_id = known.alias
