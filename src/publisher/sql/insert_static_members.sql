-- Rows as JSON objects: project_id, upload, distinct_id.
INSERT INTO bellwether.static_member (project_id, upload, distinct_id) FORMAT JSONEachRow
