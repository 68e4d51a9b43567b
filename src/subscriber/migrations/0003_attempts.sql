-- A run may be begun again under its session id: each beginning is an attempt, with a row of its own. Sessions may wait
-- for a while though they look complete. Numbering is remembered for each cohort. Pages know what they said.

CREATE TABLE session_with_attempts (
  ref            INTEGER PRIMARY KEY,
  cohort_ref     INTEGER NOT NULL REFERENCES cohort (ref),
  session_id     TEXT NOT NULL,
  attempt        INTEGER NOT NULL,  -- from 1: the newest is the one that pages belong to
  state          TEXT NOT NULL,     -- receiving, applied, in_doubt, restarted, failed, refuted, expired
  why            TEXT NOT NULL,     -- what to know about the state; empty when there is nothing
  members_pages  INTEGER NOT NULL, members_total INTEGER NOT NULL,
  add_pages      INTEGER NOT NULL, add_total     INTEGER NOT NULL,
  remove_pages   INTEGER NOT NULL, remove_total  INTEGER NOT NULL,
  in_run_order   INTEGER NOT NULL,  -- 1: the pages came as 1, 2, 3, … over the run, one after the other
  index_repeats  INTEGER NOT NULL,  -- 1: two actions have a page of the same index
  unnumbered     INTEGER NOT NULL,  -- 1: a page came without page_info
  carried        INTEGER NOT NULL,  -- pages that an earlier attempt has left it
  received       INTEGER NOT NULL,  -- members on all its pages
  skipped        INTEGER NOT NULL,  -- members without an id on them
  first_page     INTEGER NOT NULL,  -- page.ref of the page that it began with, to tell who came first
  last_page      INTEGER NOT NULL,
  first_page_at  INTEGER NOT NULL,
  last_page_at   INTEGER NOT NULL,
  held_until     INTEGER,           -- it is taken for complete then, if nothing comes
  waiting        INTEGER NOT NULL,  -- 1: pages are here that are complete and not yet applied
  applied_at     INTEGER,
  open           INTEGER NOT NULL,  -- 1: not settled, its undo rows count
  open_changes   INTEGER NOT NULL,  -- its undo rows
  signs          INTEGER NOT NULL,  -- bits: what speaks for a lost answer (mirror/settlement.hpp)
  has_bodies     INTEGER NOT NULL,  -- 1: page bodies are stored
  entered INTEGER NOT NULL, left_ INTEGER NOT NULL, updated INTEGER NOT NULL,  -- what applying it changed
  absent_removals INTEGER NOT NULL, -- removals of somebody who was not there
  UNIQUE (cohort_ref, session_id, attempt)
);
INSERT INTO session_with_attempts
SELECT ref, cohort_ref, session_id, 1, state, why, members_pages, members_total, add_pages, add_total, remove_pages,
       remove_total, in_run_order,
       EXISTS (SELECT 1 FROM page AS one JOIN page AS other USING (session_ref, page_count)
               WHERE one.session_ref = session.ref AND one.action < other.action),
       0, 0, received, 0, first_page, last_page, first_page_at, last_page_at, NULL, waiting, applied_at, open,
       open_changes, 0, has_bodies, entered, left_, updated, 0
FROM session;
-- What the answers said before: 2 lost, 3 cut off.
UPDATE session_with_attempts SET signs = 2
WHERE open = 1 AND EXISTS (SELECT 1 FROM page WHERE session_ref = session_with_attempts.ref AND answer = 2);
UPDATE session_with_attempts SET signs = signs | 4
WHERE open = 1 AND EXISTS (SELECT 1 FROM page WHERE session_ref = session_with_attempts.ref AND answer = 3);
DROP TABLE session;
ALTER TABLE session_with_attempts RENAME TO session;
CREATE INDEX session_waiting ON session (first_page) WHERE waiting = 1;
CREATE INDEX session_open ON session (cohort_ref) WHERE open = 1;
CREATE INDEX session_receiving ON session (cohort_ref) WHERE state = 'receiving';
CREATE INDEX session_bodies ON session (last_page_at) WHERE has_bodies = 1;
CREATE INDEX session_held ON session (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX session_by_state ON session (state);
CREATE INDEX session_by_age ON session (last_page_at);

ALTER TABLE page ADD COLUMN ids_high INTEGER;      -- the digest of the members' ids; NULL: not known
ALTER TABLE page ADD COLUMN ids_low INTEGER;
ALTER TABLE page ADD COLUMN content_high INTEGER;  -- the digest of the members
ALTER TABLE page ADD COLUMN content_low INTEGER;
ALTER TABLE page ADD COLUMN arrived_at INTEGER NOT NULL DEFAULT 0;  -- when it came the last time
-- 0: it came for this attempt. 1: for an earlier one, and may not belong to this. 2: for an earlier one, when this one
-- had begun already.
ALTER TABLE page ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;
UPDATE page SET arrived_at = received_at;

-- What sessions before the topmost would bring back: see mirror/undo_stack.hpp.
ALTER TABLE undo ADD COLUMN below TEXT NOT NULL DEFAULT '';

ALTER TABLE cohort ADD COLUMN numbering INTEGER NOT NULL DEFAULT 0;       -- 0 not known, 1 over the run, 2 by action
ALTER TABLE cohort ADD COLUMN baseline INTEGER NOT NULL DEFAULT 0;        -- 1: a full load has come
ALTER TABLE cohort ADD COLUMN newest_session INTEGER NOT NULL DEFAULT 0;  -- the session that began last
ALTER TABLE cohort ADD COLUMN restated_at INTEGER NOT NULL DEFAULT 0;     -- page.ref: where the last restatement began
UPDATE cohort SET
  numbering = coalesce((SELECT numbering FROM project WHERE project.project_id = cohort.project_id), 0),
  newest_session = coalesce((SELECT ref FROM session WHERE cohort_ref = cohort.ref ORDER BY first_page DESC LIMIT 1), 0),
  -- Only a cohort whose first session is still known can be said to have begun without a full load.
  baseline = EXISTS (SELECT 1 FROM session WHERE cohort_ref = cohort.ref AND members_pages > 0 AND applied_at IS NOT NULL)
    OR NOT EXISTS (SELECT 1 FROM session WHERE cohort_ref = cohort.ref AND first_page_at <= cohort.first_seen + 60000);
DROP TABLE project;

-- 1: kept, but no firing of an alert.
ALTER TABLE alert ADD COLUMN is_unknown INTEGER NOT NULL DEFAULT 0;
