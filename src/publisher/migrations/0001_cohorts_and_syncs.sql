-- Projects, cohorts, destinations, syncs and their runs. Migrations 1 to 3 together are what version 0.1 created.

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

CREATE TABLE sync_run (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  sync_id       INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  session_id    TEXT NOT NULL,
  change_set    TEXT NOT NULL,
  is_full       INTEGER NOT NULL,
  phase         INTEGER NOT NULL,
  end           INTEGER NOT NULL,
  message       TEXT NOT NULL,
  entered       INTEGER NOT NULL,
  left          INTEGER NOT NULL,
  stayed        INTEGER NOT NULL,
  page_members  INTEGER NOT NULL,
  total_pages   INTEGER NOT NULL,
  page          INTEGER NOT NULL,
  page_attempts INTEGER NOT NULL,
  attempts      INTEGER NOT NULL,
  paused        INTEGER NOT NULL,  -- ms
  not_before    INTEGER NOT NULL,  -- Unix ms, as all times
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL,
  UNIQUE (sync_id, number)
);
-- At most one run of a sync is open: two could never be stored.
CREATE UNIQUE INDEX sync_run_open ON sync_run (sync_id) WHERE phase != 3;
CREATE TABLE sync_snapshot (
  sync_id    INTEGER PRIMARY KEY,
  run_number INTEGER NOT NULL,
  taken_at   INTEGER NOT NULL,
  members    INTEGER NOT NULL,
  in_doubt   INTEGER NOT NULL
);
CREATE TABLE sync_attempt (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id     INTEGER NOT NULL,
  page       INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  status     INTEGER NOT NULL,
  latency    INTEGER NOT NULL,  -- ms
  verdict    TEXT NOT NULL,
  message    TEXT NOT NULL,
  answer     BLOB NOT NULL
);
CREATE INDEX sync_attempt_by_run ON sync_attempt (run_id, id);
