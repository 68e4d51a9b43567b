-- Forgets all frozen people of a sync. Parameters: sync_key.
DELETE FROM bellwether.frozen_person WHERE sync_key = {sync_key:String}
