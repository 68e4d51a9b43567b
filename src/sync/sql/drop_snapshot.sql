-- Forgets a sync's snapshot. Parameters: sync_key.
DELETE FROM bellwether.snapshot WHERE sync_key = {sync_key:String}
