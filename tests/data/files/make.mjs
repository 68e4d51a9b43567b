// Writes the Parquet files of this folder. The writers are no packages of the project: install them in a folder of your own
// (README.md has the versions), copy this file there and run `node make.mjs FOLDER`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm/node';

const folder = process.argv[2] ?? '.';

const duckdb = await (await DuckDBInstance.create()).connect();
await duckdb.run("SET TimeZone = 'UTC'");
await duckdb.run(`COPY (SELECT 'Buy' AS event, TIMESTAMP '2026-11-20 10:00:00.123' + INTERVAL (i) SECOND AS time,
  ['007', '0042', '1e5'][i + 1] AS distinct_id, 9007199254740993 + i AS order_id, (12.50 + i)::DECIMAL(10, 2) AS amount,
  TIMESTAMPTZ '2026-11-20 10:00:00+01' AS paid_at, DATE '2026-11-20' AS day, ['a', 'b'] AS tags,
  {'city': 'Zürich', 'zip': '08001'} AS address, CASE WHEN i = 1 THEN NULL ELSE i % 2 = 0 END AS gift, '\\xFF\\x41'::BLOB AS raw
  FROM range(3) t(i)) TO '${join(folder, 'duckdb.parquet')}' (FORMAT parquet)`);

const table = arrow.tableFromArrays({ event: ['Buy', 'Buy', 'Buy'] });
const times = [0n, 1n, 2n].map((i) => 1795168800123456n + i * 1000000n);
const columns = {
  event: table.getChild('event'),
  time: arrow.vectorFromArray(times.map((us) => Number(us / 1000n)), new arrow.TimestampMicrosecond('UTC')),
  distinct_id: arrow.vectorFromArray([7n, 42n, 9007199254740993n], new arrow.Int64()),
  amount: arrow.vectorFromArray([12.5, null, 3], new arrow.Float64()),
  city: arrow.vectorFromArray(['Bern', '', null], new arrow.Utf8()),
};
const written = writeParquet(Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), 'stream')),
  new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build());
writeFileSync(join(folder, 'arrow.parquet'), written);
