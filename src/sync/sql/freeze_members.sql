-- The frozen people as the members that go out: with their profile's properties as they are now, those of `sources` under
-- the names of `names`. Parameters: sync_key, run_number, change_set, project, sources, names.
INSERT INTO bellwether.frozen_change (sync_key, run_number, change_set, change, distinct_id, member)
SELECT {sync_key:String}, {run_number:UInt64}, {change_set:String}, frozen.change, frozen.distinct_id,
    concat(
        '{"mixpanel_distinct_id":', toJSONString(frozen.distinct_id),
        if(profile.document = '', '', arrayStringConcat(arrayMap(
            (source, name) -> if(
                JSONHas(profile.document, source),
                concat(',', toJSONString(name), ':', JSONExtractRaw(profile.document, source)),
                ''),
            {sources:Array(String)}, {names:Array(String)}))),
        '}')
FROM
(
    SELECT change, distinct_id
    FROM bellwether.frozen_person
    WHERE sync_key = {sync_key:String} AND change_set = {change_set:String}
) AS frozen
GLOBAL ANY LEFT JOIN
(
    SELECT distinct_id, document
    FROM bellwether.profile FINAL
    WHERE project_id = {project:String} AND deleted = 0 AND distinct_id GLOBAL IN
    (
        SELECT distinct_id
        FROM bellwether.frozen_person
        WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change >= 0
    )
) AS profile ON frozen.distinct_id = profile.distinct_id
