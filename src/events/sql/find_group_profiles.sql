-- Group profiles as they were last written. Parameters: project, group_key, ids. Shape: rows [group_id, document,
-- updated_at (Unix ms)]; a deleted one has no row with a document but an empty text.
SELECT group_id, if(deleted = 1, '', document), toUnixTimestamp64Milli(updated_at)
FROM bellwether.group_profile FINAL
WHERE project_id = {project:String} AND group_key = {group_key:String} AND group_id IN {ids:Array(String)}
SETTINGS output_format_json_quote_64bit_integers = 0
