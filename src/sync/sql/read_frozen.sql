-- Frozen changes in order, behind a cursor. Parameters: sync_key, change_set, first, last (changes), change and id (the
-- cursor), limit. Shape: rows {change Int8, distinct_id, member}.
SELECT change, distinct_id, member
FROM bellwether.frozen_change
WHERE sync_key = {sync_key:String} AND change_set = {change_set:String}
    AND change BETWEEN {first:Int8} AND {last:Int8} AND (change, distinct_id) > ({change:Int8}, {id:String})
ORDER BY change, distinct_id
LIMIT {limit:UInt64}
