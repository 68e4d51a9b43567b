-- The schema's version. No parameters. Shape: one number, 0 in a new database.
SELECT max(version) FROM bellwether.migration
