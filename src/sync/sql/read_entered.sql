-- Who a run adds (with a full load: everybody), as the members that go out: with their profile's properties as they are now,
-- those of `sources` under the names of `names`. Parameters: sync_key, change_set, project, sources, names. Shape: rows
-- {change, member}: 1 or 0, and a JSON object.
SELECT
    frozen.change,
    concat(
        '{"mixpanel_distinct_id":', toJSONString(frozen.distinct_id),
        if(profile.document = '', '', arrayStringConcat(arrayMap(
            (source, name) -> if(
                JSONHas(profile.document, source),
                concat(',', toJSONString(name), ':', JSONExtractRaw(profile.document, source)),
                ''),
            {sources:Array(String)}, {names:Array(String)}))),
        '}') AS member
FROM
(
    SELECT change, distinct_id
    FROM bellwether.frozen_person
    WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change >= 0
) AS frozen
GLOBAL ANY LEFT JOIN
(
    SELECT distinct_id, document
    FROM bellwether.profile FINAL
    PREWHERE project_id = {project:String} AND distinct_id GLOBAL IN
    (
        SELECT distinct_id
        FROM bellwether.frozen_person
        WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change >= 0
    )
    WHERE deleted = 0
) AS profile ON frozen.distinct_id = profile.distinct_id
