import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { openLogStore } from './open-log-store.ts';
import { migrateLogStore } from './migrate.ts';
import { testLog } from './test-store.ts';
import { mkdtempSync, rmSync, readdirSync, truncateSync, statSync, existsSync } from 'node:fs';
import { join } from 'node:path';
const DAY = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const cases: Record<string, (f: string) => boolean> = {
 oneMark: (f) => f === 'message.cmrk2', oneData: (f) => f === 'message.bin', allMarksAndChecksums: (f) => f.includes('mrk') || f === 'checksums.txt', 
  all: () => true,
  allButProj: (f) => !f.includes('.proj/'),
  checksums: (f) => f === 'checksums.txt',
  columns: (f) => f === 'columns.txt',
  count: (f) => f === 'count.txt',
  marks: (f) => f.includes('mrk'),
  data: (f) => f.endsWith('.bin'),
  allButChecksums: (f) => f !== 'checksums.txt',
  allButChecksumsColumns: (f) => f !== 'checksums.txt' && f !== 'columns.txt',
  allButColumns: (f) => f !== 'columns.txt',
  allButColumnsCodec: (f) => f !== 'columns.txt' && f !== 'default_compression_codec.txt' && f !== 'metadata_version.txt',
  allButCountColumns: (f) => f !== 'columns.txt' && f !== 'count.txt',
  allButCountColumnsPartition: (f) => f !== 'columns.txt' && f !== 'count.txt' && f !== 'partition.dat'&& f !== 'minmax_expires_on.idx',
  proj: (f) => f.includes('.proj/'),
  partition: (f) => f === 'partition.dat',
  checksumsCount: (f) => f === 'checksums.txt' || f === 'count.txt',
  checksumsCountMarks: (f) => f === 'checksums.txt' || f === 'count.txt' || f.includes('mrk'),
};
for (const [name, hit] of Object.entries(cases)) {
  const d = mkdtempSync('/work/tmp/marks/trunc-');
  let engine = await startEmbeddedClickHouse({ dataDir: d });
  let app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  await app.command({ query: 'ALTER TABLE logs MODIFY SETTING min_bytes_for_wide_part = 0, min_rows_for_wide_part=0' });
  await app.insert({ table: 'logs', format: 'JSONEachRow', values: [testLog({ expires_on: DAY })] });
  await app.command({ query: 'ALTER TABLE logs MODIFY SETTING min_bytes_for_wide_part = 0, min_rows_for_wide_part=0' });
  await app.insert({ table: 'logs', format: 'JSONEachRow', values: [testLog({ expires_on: DAY })] });
  await app.command({ query: 'OPTIMIZE TABLE logs FINAL' });
  const q = async (s: string) => (await (await app.query({ query: s, format: 'TSV' })).text()).trim().replaceAll('\n', ' | ');
  const path = await q("SELECT path FROM system.parts WHERE table='logs' AND active");
  await app.close(); process.kill(engine.pid, 'SIGKILL'); await engine.died;
  const walk = (p: string, rel: string) => { for (const e of readdirSync(p, { withFileTypes: true })) { if (e.isDirectory()) walk(join(p, e.name), rel + e.name + '/'); else if (hit(rel + e.name)) truncateSync(join(p, e.name), 0); } };
  walk(path, '');
  try {
    engine = await startEmbeddedClickHouse({ dataDir: d });
    app = openLogStore(engine.appUrl, { application: 'test' });
    console.log(name, '\n   ', await q("SELECT name, rows FROM system.parts WHERE table='logs' AND active"), ' count', await q('SELECT count() FROM logs').catch(String), 'read', await q('SELECT sum(cityHash64(*)) FROM logs').catch((e) => String(e).slice(0, 80)), 'ids', await q('SELECT count(batch_id) FROM (SELECT expires_on, batch_id FROM logs GROUP BY expires_on,batch_id)').catch((e) => String(e).slice(0, 80)));
    await app.close(); await engine.stop();
  } catch (e) { console.log(name, 'START FAILED', String(e).slice(0, 300)); }
  rmSync(d, { recursive: true });
}
