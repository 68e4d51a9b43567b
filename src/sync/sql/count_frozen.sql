-- How many are frozen. Parameters: sync_key, change_set. Shape: one row [entered, left, stayed].
SELECT countIf(change = 1), countIf(change = -1), countIf(change = 0)
FROM bellwether.frozen_person
WHERE sync_key = {sync_key:String} AND change_set = {change_set:String}
