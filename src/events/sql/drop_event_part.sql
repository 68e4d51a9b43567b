-- Removes a stored part without reading it. Parameters: part.
ALTER TABLE bellwether.event DROP PART {part:String}
