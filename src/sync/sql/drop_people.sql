-- Forgets frozen people. Parameters: sync_key, change_sets.
DELETE FROM bellwether.frozen_person WHERE sync_key = {sync_key:String} AND change_set IN {change_sets:Array(String)}
