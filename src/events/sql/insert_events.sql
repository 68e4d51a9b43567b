-- Rows as JSON objects: project_id, event, distinct_id, time and received_at (integers, Unix ms), insert_id,
-- properties (an object; a dot in a key is part of the key, a date stays the text that it is).
INSERT INTO bellwether.event (project_id, event, distinct_id, time, insert_id, properties, received_at)
SETTINGS json_type_escape_dots_in_keys = 1, input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0,
         type_json_skip_duplicated_paths = 1
FORMAT JSONEachRow
