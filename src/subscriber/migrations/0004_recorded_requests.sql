-- Requests as they came, for replaying: only while data.record_bytes says so.

CREATE TABLE recorded_request (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,  -- Unix ms
  path    TEXT NOT NULL,
  headers TEXT NOT NULL,     -- a JSON object, without secrets
  status  INTEGER NOT NULL,  -- what it was answered
  body    BLOB NOT NULL
);
