-- The frozen changes become part of the snapshot. Parameters: sync_key, change_set, run_number.
INSERT INTO bellwether.snapshot (sync_key, distinct_id, present, run_number)
SELECT sync_key, distinct_id, change = 1, {run_number:UInt64}
FROM bellwether.frozen_person
WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change != 0
