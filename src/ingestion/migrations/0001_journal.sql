-- Schema change 1. Events that were acknowledged and are not in the event engine yet: a line of JSON with who is who, then the rows
-- as the engine takes them. Numbers are never given twice.
CREATE TABLE entry
(
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    payload BLOB NOT NULL
) STRICT;
