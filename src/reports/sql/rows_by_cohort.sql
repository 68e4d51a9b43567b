-- $rows, rows [person, segment, …], once for each cohort that the person is in, or once for none, with its name in place of
-- the segment. $labels gives rows [person, label]. Shape: rows [person, segment: array of one label, …].
SELECT
    acted.* EXCEPT (segment),
    arrayJoin(if(empty(found.labels), [[CAST(NULL, 'Nullable(String)')]], arrayMap(label -> [label], found.labels))) AS segment
FROM
(
$rows
) AS acted
GLOBAL ANY LEFT JOIN
(
    SELECT person, groupArray(CAST(label, 'Nullable(String)')) AS labels FROM (
$labels
    ) GROUP BY person
) AS found ON acted.person = found.person
