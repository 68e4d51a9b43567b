-- Forgets frozen changes. Parameters: sync_key, change_sets.
DELETE FROM bellwether.frozen_change WHERE sync_key = {sync_key:String} AND change_set IN {change_sets:Array(String)}
