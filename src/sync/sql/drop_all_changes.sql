-- Forgets all frozen changes of a sync. Parameters: sync_key.
DELETE FROM bellwether.frozen_change WHERE sync_key = {sync_key:String}
