-- People with a profile that passes the test. Parameters: project and those of the test. Shape: rows {person}.
SELECT DISTINCT if(known.person = '', profile.distinct_id, known.person) AS person
FROM
(
    SELECT distinct_id
    FROM bellwether.profile FINAL
    WHERE project_id = {project:String} AND deleted = 0 AND $test
) AS profile
GLOBAL ANY LEFT JOIN
(
    SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
) AS known ON profile.distinct_id = known.alias
