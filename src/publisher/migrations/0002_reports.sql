-- Projects have a time zone, and there are reports.

ALTER TABLE project ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';  -- its days and weeks
ALTER TABLE project ADD COLUMN priority_properties TEXT NOT NULL DEFAULT '';  -- lines; empty: all are looked at
CREATE TABLE report (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  TEXT NOT NULL REFERENCES project (id),
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  definition  TEXT NOT NULL,    -- JSON
  changed_at  INTEGER NOT NULL, -- Unix ms
  UNIQUE (project_id, name)
);
