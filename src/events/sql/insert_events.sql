-- Rows as JSON objects: project_id, event, distinct_id, time and received_at (integers, Unix ms), insert_id,
-- properties (an object).
INSERT INTO bellwether.event (project_id, event, distinct_id, time, insert_id, properties, received_at)
FORMAT JSONEachRow
