-- How many events of a part have a property with more than 16 arrays in each other. Parameters: part. Shape: one number.
SELECT count()
FROM bellwether.event
WHERE _part = {part:String}
  AND arrayExists(type -> position(type, repeat('Array(', 17)) > 0, mapValues(JSONAllPathsWithTypes(properties)))
