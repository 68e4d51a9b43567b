-- How many a full load leaves out whom the snapshot has. Parameters: sync_key, change_set. Shape: one number.
SELECT count()
FROM bellwether.frozen_person
WHERE sync_key = {sync_key:String} AND change_set = {change_set:String} AND change = -1
