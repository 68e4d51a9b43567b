-- A table's parts that were written in the last minutes: name, folder, bytes, last block. What they replace is still on
-- the disk. Parameters: table.
SELECT name, path, bytes_on_disk, max_block_number
FROM system.parts
WHERE database = 'bellwether' AND table = {table:String} AND active AND modification_time > now() - 420
