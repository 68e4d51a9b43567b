-- Rows as JSON objects: project_id, alias, person, known_at (integer, Unix ms).
INSERT INTO bellwether.identity (project_id, alias, person, known_at) FORMAT JSONEachRow
