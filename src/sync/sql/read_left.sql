-- Who a run removes, as the members that go out. Parameters: sync_key, change_set. Shape: rows {change, member}: -1, and a
-- JSON object.
SELECT change, concat('{"mixpanel_distinct_id":', toJSONString(distinct_id), '}') AS member
FROM bellwether.frozen_person
WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change = -1
