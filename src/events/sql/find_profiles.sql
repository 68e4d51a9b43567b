-- Profiles as they were last written. Parameters: project, ids. Shape: rows [distinct_id, document, updated_at (Unix
-- ms)]; a deleted one has no row with a document but an empty text.
SELECT distinct_id, if(deleted = 1, '', document), toUnixTimestamp64Milli(updated_at)
FROM bellwether.profile FINAL
WHERE project_id = {project:String} AND distinct_id IN {ids:Array(String)}
SETTINGS output_format_json_quote_64bit_integers = 0
