-- Webhooks, alerts, what they fired, and the notifications that tell of it.

CREATE TABLE webhook (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL REFERENCES project (id),
  name       TEXT NOT NULL,
  url        TEXT NOT NULL,
  user       TEXT NOT NULL,     -- HTTP Basic; empty: none
  password   TEXT NOT NULL,
  enabled    INTEGER NOT NULL,
  format     TEXT NOT NULL,     -- mixpanel, slack, alertmanager, pagerduty
  UNIQUE (project_id, name)
);
CREATE TABLE alert (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id    TEXT NOT NULL REFERENCES project (id),
  report_id     INTEGER NOT NULL REFERENCES report (id),
  name          TEXT NOT NULL,
  creator       TEXT NOT NULL,
  creator_email TEXT NOT NULL,
  watch         TEXT NOT NULL,     -- JSON: metric, scope, segment, subject, breakdown
  condition     TEXT NOT NULL,     -- JSON
  frequency_ms  INTEGER NOT NULL,
  windows       TEXT NOT NULL,     -- JSON
  paused        INTEGER NOT NULL,
  webhooks      TEXT NOT NULL,     -- JSON array of ids
  emails        TEXT NOT NULL,     -- JSON array
  problem       TEXT NOT NULL,     -- why it does not fit its report; empty: it does
  judged_until  INTEGER NOT NULL,  -- Unix ms: the end of the last bucket that was judged
  notified_at   INTEGER NOT NULL,  -- Unix ms, 0: never
  UNIQUE (project_id, name)
);
CREATE INDEX alert_by_report ON alert (report_id);
-- One bucket of an alert fires once, whatever happens.
CREATE TABLE firing (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id INTEGER NOT NULL REFERENCES alert (id),
  bucket   INTEGER NOT NULL,       -- Unix ms: its start
  fired_at INTEGER NOT NULL,       -- Unix ms
  value    TEXT NOT NULL,          -- a number
  segment  TEXT NOT NULL,          -- JSON array of labels
  sentence TEXT NOT NULL,
  held     TEXT NOT NULL,          -- why nobody was told; empty: it notified
  UNIQUE (alert_id, bucket)
);
CREATE TABLE notification (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id        INTEGER NOT NULL REFERENCES alert (id),
  firing_id       INTEGER,           -- none for a test
  webhook_id      INTEGER,           -- none for a mail
  email           TEXT NOT NULL,     -- empty for a webhook
  body            TEXT NOT NULL,     -- a webhook's; empty for a mail
  mail_subject    TEXT NOT NULL,     -- all of mail_* are empty for a webhook
  mail_text       TEXT NOT NULL,
  mail_html       TEXT NOT NULL,
  mail_chart      TEXT NOT NULL,     -- SVG; empty: none
  state           TEXT NOT NULL,     -- pending, delivered, failed
  attempts        INTEGER NOT NULL,  -- since it became pending
  paused_ms       INTEGER NOT NULL,  -- all pauses between them
  next_attempt_at INTEGER NOT NULL,  -- Unix ms
  status          INTEGER NOT NULL,  -- the last answer's, 0: none
  message         TEXT NOT NULL,     -- what became of the last attempt
  created_at      INTEGER NOT NULL,
  ended_at        INTEGER NOT NULL   -- 0: not yet
);
CREATE INDEX pending_notification ON notification (next_attempt_at) WHERE state = 'pending';
CREATE INDEX notification_by_alert ON notification (alert_id, id);
-- What happened to an alert, for people.
CREATE TABLE alert_event (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id INTEGER NOT NULL REFERENCES alert (id),
  at       INTEGER NOT NULL,  -- Unix ms
  kind     TEXT NOT NULL,     -- created, edited, paused, resumed, fired, held_back, delivered, failed, invalid, valid, skipped
  detail   TEXT NOT NULL
);
CREATE INDEX event_by_alert ON alert_event (alert_id, id);
