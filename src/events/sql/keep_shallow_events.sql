-- Writes the other events of such a part again: equal events count once, so it may be repeated. Parameters: part.
INSERT INTO bellwether.event
SELECT *
FROM bellwether.event
WHERE _part = {part:String}
  AND NOT arrayExists(type -> position(type, repeat('Array(', 17)) > 0, mapValues(JSONAllPathsWithTypes(properties)))
