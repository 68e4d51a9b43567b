-- A schema change was made. Rows: {version}.
INSERT INTO bellwether.migration (version) FORMAT JSONEachRow
