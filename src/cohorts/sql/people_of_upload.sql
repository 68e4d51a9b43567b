-- The members of an uploaded list. Parameters: project and the upload. Shape: rows {person}.
SELECT DISTINCT if(known.person = '', listed.distinct_id, known.person) AS person
FROM
(
    SELECT distinct_id FROM bellwether.static_member WHERE project_id = {project:String} AND upload = $upload
) AS listed
GLOBAL ANY LEFT JOIN
(
    SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
) AS known ON listed.distinct_id = known.alias
