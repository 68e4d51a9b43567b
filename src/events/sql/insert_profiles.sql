-- Rows as JSON objects: project_id, distinct_id, properties (an object), document (the same as text), deleted (0 or 1),
-- updated_at (integer, Unix ms).
INSERT INTO bellwether.profile (project_id, distinct_id, properties, document, deleted, updated_at)
SETTINGS json_type_escape_dots_in_keys = 1, input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0,
         type_json_skip_duplicated_paths = 1
FORMAT JSONEachRow
