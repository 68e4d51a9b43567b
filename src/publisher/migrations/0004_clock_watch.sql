-- Where a ClockWatch (base/clock_watch.hpp) keeps the time of its last look.

CREATE TABLE clock_watch (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL  -- Unix ms: the last look
);
