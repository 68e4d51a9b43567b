#include "registry/schema.hpp"

namespace bellwether::registry {

const char* const kSchema = R"sql(
CREATE TABLE project (
  id     TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  token  TEXT NOT NULL UNIQUE,  -- public: it stands in every page that sends events
  secret TEXT NOT NULL          -- for /import; empty: none
);
CREATE TABLE service_account (
  project_id TEXT NOT NULL REFERENCES project (id),
  user       TEXT NOT NULL,
  password   TEXT NOT NULL,
  PRIMARY KEY (project_id, user)
);
-- Ids are never used again: receivers know cohorts by them.
CREATE TABLE cohort (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  TEXT NOT NULL REFERENCES project (id),
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  definition  TEXT NOT NULL,    -- JSON; empty for an uploaded list
  upload      TEXT NOT NULL,    -- the list's key in the event engine; empty for a definition
  changed_at  INTEGER NOT NULL, -- Unix ms
  UNIQUE (project_id, name)
);
CREATE TABLE destination (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL REFERENCES project (id),
  name       TEXT NOT NULL,
  url        TEXT NOT NULL,
  user       TEXT NOT NULL,     -- HTTP Basic; empty: none
  password   TEXT NOT NULL,
  enabled    INTEGER NOT NULL,
  UNIQUE (project_id, name)
);
CREATE TABLE sync (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  key            TEXT NOT NULL UNIQUE,  -- its snapshot's key in the event engine
  project_id     TEXT NOT NULL REFERENCES project (id),
  cohort_id      INTEGER NOT NULL REFERENCES cohort (id),
  destination_id INTEGER NOT NULL REFERENCES destination (id),
  properties     TEXT NOT NULL,         -- JSON array of profile properties to export
  recurring      INTEGER NOT NULL,
  owner          TEXT NOT NULL,         -- whom to tell when it pauses; empty: nobody
  state          TEXT NOT NULL,         -- active, paused, done
  note           TEXT NOT NULL,         -- why it is paused
  next_run_at    INTEGER NOT NULL,      -- Unix ms
  UNIQUE (cohort_id, destination_id)
);
)sql";

const char* const kReportSchema = R"sql(
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
)sql";

}  // namespace bellwether::registry
