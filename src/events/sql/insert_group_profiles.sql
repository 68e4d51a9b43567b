-- Rows as JSON objects: project_id, group_key, group_id, and the rest as insert_profiles.sql has it.
INSERT INTO bellwether.group_profile (project_id, group_key, group_id, properties, document, deleted, updated_at)
SETTINGS json_type_escape_dots_in_keys = 1, input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0,
         type_json_skip_duplicated_paths = 1
FORMAT JSONEachRow
