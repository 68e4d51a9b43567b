-- The parts of a table that were written after a block: name, folder, bytes, last block. Parameters: table, after.
SELECT name, path, bytes_on_disk, max_block_number
FROM system.parts
WHERE database = 'bellwether' AND table = {table:String} AND active AND min_block_number > {after:Int64}
