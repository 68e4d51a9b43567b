-- People who did one event and later, at most $gap ms after it, another. Parameters: project and those of the parts.
-- $first and $then are the two tests. Shape: rows {person}.
SELECT DISTINCT person
FROM
(
    SELECT
        person,
        at,
        is_then,
        max(if(is_first, at, 0)) OVER (PARTITION BY person ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            AS first_at
    FROM
    (
        SELECT if(known.person = '', done.distinct_id, known.person) AS person, at, is_first, is_then
        FROM
        (
            SELECT distinct_id, toUnixTimestamp64Milli(time) AS at, $first AS is_first, $then AS is_then
            FROM bellwether.event FINAL
            WHERE project_id = {project:String} AND event IN ($first_event, $then_event) AND distinct_id != ''$times
        ) AS done
        GLOBAL ANY LEFT JOIN
        (
            SELECT alias, person FROM bellwether.identity FINAL WHERE project_id = {project:String}
        ) AS known ON done.distinct_id = known.alias
    )
    WHERE is_first OR is_then
)
WHERE is_then AND first_at > 0 AND at - first_at <= $gap
