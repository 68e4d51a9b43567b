-- What version 0.1 created.

CREATE TABLE project (
  project_id TEXT PRIMARY KEY,
  numbering  INTEGER NOT NULL   -- 0 not known yet, 1 over the run, 2 by action
) WITHOUT ROWID;

CREATE TABLE cohort (
  ref         INTEGER PRIMARY KEY,
  project_id  TEXT NOT NULL,
  cohort_id   TEXT NOT NULL,
  name        TEXT,
  description TEXT,
  generation  INTEGER NOT NULL,  -- whose rows in member and undo are this cohort's, now
  size        INTEGER NOT NULL,  -- members
  first_seen  INTEGER NOT NULL,  -- Unix ms, as all times here
  changed_at  INTEGER,           -- when a session last changed it
  UNIQUE (project_id, cohort_id)
);

-- A cohort's membership is the rows of one generation. A full load, and any large session, writes the next
-- generation over many transactions and then switches cohort.generation in one.
CREATE TABLE generation (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  cohort_ref INTEGER NOT NULL
);

CREATE TABLE member (
  generation  INTEGER NOT NULL,
  distinct_id TEXT NOT NULL,
  properties  TEXT NOT NULL,     -- a JSON object, each value as it came
  entered_at  INTEGER NOT NULL,
  session_ref INTEGER NOT NULL,  -- the session that last changed the member
  PRIMARY KEY (generation, distinct_id)
) WITHOUT ROWID;

-- The state before an unsettled session, for each member that it changed.
CREATE TABLE undo (
  generation  INTEGER NOT NULL,
  distinct_id TEXT NOT NULL,
  session_ref INTEGER NOT NULL,
  change      TEXT NOT NULL,     -- '+' entered, '-' left, '~' updated
  properties  TEXT,              -- NULL: was not a member
  entered_at  INTEGER,
  member_session_ref INTEGER,
  PRIMARY KEY (generation, distinct_id)
) WITHOUT ROWID;

CREATE INDEX undo_by_session ON undo (session_ref);
-- Sessions that are settled, whose rows in undo are still to be removed.
CREATE TABLE undo_sweep (
  session_ref INTEGER PRIMARY KEY
);

CREATE TABLE session (
  ref            INTEGER PRIMARY KEY,
  cohort_ref     INTEGER NOT NULL REFERENCES cohort (ref),
  session_id     TEXT NOT NULL,
  state          TEXT NOT NULL,     -- receiving, applied, in_doubt, failed, refuted, expired
  why            TEXT NOT NULL,     -- what to know about the state; empty when there is nothing
  members_pages  INTEGER NOT NULL, members_total INTEGER NOT NULL,
  add_pages      INTEGER NOT NULL, add_total     INTEGER NOT NULL,
  remove_pages   INTEGER NOT NULL, remove_total  INTEGER NOT NULL,
  in_run_order   INTEGER NOT NULL,  -- 1: the pages came as 1, 2, 3, … over the run, one after the other
  received       INTEGER NOT NULL,  -- members on all its pages
  first_page     INTEGER NOT NULL,  -- page.ref, to tell who came first
  last_page      INTEGER NOT NULL,
  first_page_at  INTEGER NOT NULL,
  last_page_at   INTEGER NOT NULL,
  waiting        INTEGER NOT NULL,  -- 1: pages are here that are complete and not yet applied
  applied_at     INTEGER,
  open           INTEGER NOT NULL,  -- 1: not settled, its undo rows count
  open_changes   INTEGER NOT NULL,  -- its undo rows
  has_bodies     INTEGER NOT NULL,  -- 1: page bodies are stored
  entered INTEGER NOT NULL, left_ INTEGER NOT NULL, updated INTEGER NOT NULL,  -- what applying it changed
  UNIQUE (cohort_ref, session_id)
);
CREATE INDEX session_waiting ON session (first_page) WHERE waiting = 1;
CREATE INDEX session_open ON session (cohort_ref) WHERE open = 1;
CREATE INDEX session_receiving ON session (cohort_ref) WHERE state = 'receiving';
CREATE INDEX session_bodies ON session (ref) WHERE has_bodies = 1;
CREATE INDEX session_by_state ON session (state);
CREATE INDEX session_by_age ON session (last_page_at);

CREATE TABLE page (
  ref         INTEGER PRIMARY KEY AUTOINCREMENT,
  session_ref INTEGER NOT NULL REFERENCES session (ref),
  action      INTEGER NOT NULL,  -- 0 members, 1 add_members, 2 remove_members
  page_count  INTEGER NOT NULL,
  total_pages INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  members     INTEGER NOT NULL,
  answer      INTEGER NOT NULL,  -- 0 pending, 1 delivered (or it does not matter), 2 lost, 3 cut off
  attempt     INTEGER NOT NULL,  -- how often the page came; `answer` is about the last time
  applied     INTEGER NOT NULL
);
CREATE UNIQUE INDEX page_key ON page (session_ref, page_count, action);
CREATE INDEX page_undelivered ON page (session_ref, answer) WHERE answer <> 1;

CREATE TABLE page_body (
  page_ref INTEGER PRIMARY KEY,
  members  TEXT NOT NULL         -- the `members` array, byte for byte
);

-- One row for each published batch; first_seq .. first_seq + count - 1 are its changes.
CREATE TABLE feed (
  first_seq  INTEGER PRIMARY KEY,
  count      INTEGER NOT NULL,
  at         INTEGER NOT NULL,  -- Unix ms
  batch      INTEGER NOT NULL,
  project_id TEXT NOT NULL,
  cohort_id  TEXT NOT NULL,     -- empty for alerts
  session_id TEXT NOT NULL      -- empty for alerts
);
CREATE INDEX feed_by_batch ON feed (batch);
-- A batch's changes as JSON arrays of strings: '+ann' entered, '-ann' left, '~ann' updated, '!17' alert 17.
CREATE TABLE feed_block (
  batch   INTEGER NOT NULL,
  first   INTEGER NOT NULL,     -- offset of the block's first change in the batch
  changes TEXT NOT NULL,
  PRIMARY KEY (batch, first)
);
CREATE TABLE feed_position (
  last_seq   INTEGER NOT NULL,
  last_batch INTEGER NOT NULL
);
INSERT INTO feed_position VALUES (0, 0);

CREATE TABLE alert (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  digest      BLOB NOT NULL UNIQUE,  -- SHA-256 of the payload
  received_at INTEGER NOT NULL,      -- Unix ms
  at          INTEGER NOT NULL,      -- fired_at as Unix ms, or received_at where it does not read
  project_id  TEXT,
  alert_id    TEXT,
  name        TEXT,
  fired_at    TEXT,                  -- as sent
  report_type TEXT,
  report_name TEXT,
  sentence    TEXT,
  payload     TEXT NOT NULL          -- the body, byte for byte
);
CREATE INDEX alert_by_project ON alert (project_id, id);
CREATE INDEX alert_by_alert ON alert (alert_id, id);
CREATE INDEX alert_by_arrival ON alert (received_at);

CREATE TABLE reject (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,  -- Unix ms
  path       TEXT NOT NULL,
  peer       TEXT NOT NULL,
  status     INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  headers    TEXT NOT NULL,     -- a JSON object
  body       BLOB NOT NULL,     -- the beginning, as much as is kept
  body_bytes INTEGER NOT NULL   -- as much as came
);
