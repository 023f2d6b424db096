// throwaway
import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, statfsSync, writeSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { migrateLogStore } from './migrate.ts';
import { openLogStore } from './open-log-store.ts';

const NAME = process.argv[2] ?? 'a';
const MINUTES = Number(process.argv[3] ?? 3);
const MODE = process.argv[4] ?? 'normal'; // normal | recompress
const MIB = Number(process.argv[5] ?? 160);
const root = `/work/tmp/marks/${NAME}`;
mkdirSync(root, { recursive: true });
spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MIB}m`, 'tmpfs', root]);
const filler = join(root, 'filler');
const CHUNK = Buffer.alloc(65536, 1);
function fill(leave: number) {
  const file = openSync(filler, 'a');
  try {
    for (;;) {
      if (leave > 0) {
        const s = statfsSync(root);
        if (s.bavail * s.bsize <= leave) break;
        writeSync(file, CHUNK, 0, Math.min(65536, s.bavail * s.bsize - leave));
      } else writeSync(file, CHUNK);
    }
  } catch (e: any) { if (e.code !== 'ENOSPC') throw e; } finally { closeSync(file); }
}
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
const DAY = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
let engine = await startEmbeddedClickHouse({ dataDir: join(root, 'data') });
if (process.env.STRACE) { const {spawn} = await import('node:child_process'); spawn('strace', ['-f','-y','-s','16','-e','trace=write,writev,pwrite64,pwritev,rename,renameat2,mkdir,fallocate,ftruncate,io_uring_enter,fsync,close','-e','signal=none','-p',String(engine.pid),'-o','/work/tmp/marks/strace.txt'],{stdio:'ignore'}); await sleep(1000); }
let app = openLogStore(engine.appUrl, { application: 'test' });
await migrateLogStore(app);
if (MODE === 'recompress') {
  await app.command({ query: "ALTER TABLE logs MODIFY SETTING default_compression_codec = 'LZ4'" }).catch((e) => console.log(String(e)));
  await app.command({ query: 'ALTER TABLE logs MODIFY TTL expires_on + INTERVAL 4 DAY, expires_on - INTERVAL 20 YEAR RECOMPRESS CODEC(ZSTD(1))' });
}
let restarting: Promise<void> | null = null; let ok = 0, bad = 0, kills = 0, startFails = 0, unsure = 0, pids = 0, seq = 0, cycles = 0, found = 0;
const errors = new Map<string, number>();
const note = (e: unknown) => { const t = String(e).replace(/[0-9a-f-]{8,}|\d+/g, '#').slice(0, 150); errors.set(t, (errors.get(t) ?? 0) + 1); };
let acked = 0; let ids: [string, number][] = [];
let run = true;
async function inserter(kind: number) {
  while (run) {
    const big = kind === 0;
    const n = big ? 50 : 2000;
    const size = big ? 2000 : 20;
    seq++;
    const batch = randomUUID();
    const values = Array.from({ length: n }, (_, i) => ({
      project_id: '11111111-2222-4333-8444-555555555555', mode: 'live', timestamp: new Date().toISOString().replace('T', ' ').replace('Z', ''),
      received_at: new Date().toISOString().replace('T', ' ').replace('Z', ''), expires_on: DAY, severity_number: 9, level: 'info', service: 's', environment: 'e', host: `h${i % 7}`,
      message: `m-${seq}-${i}`, event_name: '', trace_id: randomBytes(8).toString('hex'), span_id: '', attributes: { fill: randomBytes(size).toString('hex'), a: 'b' }, key_id: 'k', bytes: size, batch_id: batch, ordinal: i }));
    try { if (restarting) await restarting; const p = pids; const t = await app.insert({ table: 'logs', values, format: 'JSONEachRow', clickhouse_settings: { insert_deduplication_token: batch, async_insert: 0 } as any }); void t; const f = GUARD ? await failedWrites() : 0; if (f === 0 && p === pids && !restarting) { ok++; ids.push([batch, n]); acked += n; } else unsure++; } catch (e) { bad++; note(e); await sleep(20); }
    await sleep(5);
  }
}
async function optimizer() {
  while (run) {
    try { await app.command({ query: 'OPTIMIZE TABLE logs' + (Math.random() < 0.3 ? ' FINAL' : '') }); } catch (e) { note(e); await sleep(20); }
    await sleep(Math.random() * 60);
  }
}
async function check(): Promise<string[]> {
  const out: string[] = [];
  const parts = await (await app.query({ query: "SELECT name, path, rows, part_type FROM system.parts WHERE table='logs' AND active", format: 'JSONEachRow' })).json<any>();
  const walk = (dir: string) => {
    if (!existsSync(dir)) return;
    for (const f of readdirSync(dir, { withFileTypes: true })) {
      const p = join(dir, f.name);
      if (f.isDirectory()) walk(p);
      else if (/mrk/.test(f.name) && statSync(p).size === 0) out.push(`EMPTY ${p}`);
    }
  };
  for (const p of parts) walk(p.path);
  try {
    const rows = await (await app.query({ query: 'CHECK TABLE logs SETTINGS check_query_single_value_result=0', format: 'JSONEachRow' })).json<any>();
    for (const r of rows) if (Number(r.is_passed) !== 1) out.push(JSON.stringify(r));
  } catch (e) { out.push('check: ' + String(e).slice(0, 300)); }
  try { await (await app.query({ query: 'SELECT sum(cityHash64(*)) FROM logs', format: 'TSV' })).text(); } catch (e) { out.push('read: ' + String(e).slice(0, 300)); }
  try {
    const c = (await (await app.query({ query: 'SELECT count() AS c, uniqExact(batch_id, ordinal) AS u, countIf(attributes[\'a\']!=\'b\') AS x FROM logs', format: 'JSONEachRow' })).json<any>())[0];
    if (Number(c.c) < acked || c.c !== c.u || Number(c.x) > 0) out.push(`count ${JSON.stringify(c)} acked ${acked}`);
    const have = new Map((await (await app.query({ query: 'SELECT toString(batch_id) AS b, toUInt32(count()) AS n FROM logs GROUP BY b', format: 'JSONCompactEachRow' })).json<any>()).map((r: any) => [r[0], r[1]]));
    const missing = ids.filter(([b, n]) => have.get(b) !== n);
    if (missing.length) out.push(`missing ${missing.length} of ${ids.length}`);
  } catch (e) { out.push('count: ' + String(e).slice(0, 300)); }
  return out;
}

const FAILED = "SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'";
async function failedWrites(): Promise<number> { return Number((await (await app.query({ query: FAILED, format: 'TSV' })).text()).trim() || 0); }
const GUARD = process.env.GUARD === '1';
async function restart(why: string) {
  kills++; console.log(new Date().toISOString(), 'kill', why);
  process.kill(engine.pid, 'SIGKILL');
  await engine.died;
  await app.close();
  for (;;) {
    try { engine = await startEmbeddedClickHouse({ dataDir: join(root, 'data') }); break; } catch (e) { startFails++; note('START ' + String(e)); if (startFails < 4) console.log(String(e).slice(0, 600)); await sleep(300); if (startFails > 200) { console.log('cannot start'); process.exit(3); } }
  }
  pids++;
  app = openLogStore(engine.appUrl, { application: 'test' });
}
if (GUARD) (async () => { for (;;) { await sleep(300); try { if (!restarting && await failedWrites() > 0) { restarting = restart('guard'); await restarting; restarting = null; } } catch (e) { note('watch ' + String(e)); } } })();
const end = Date.now() + MINUTES * 60_000;
let workers: Promise<void>[] = [];
while (Date.now() < end) {
  cycles++;
  run = true;
  workers = [inserter(0), inserter(1), optimizer(), optimizer()];
  await sleep(100 + Math.random() * 900);
  for (let k = 0; k < 3; k++) {
    fill(Math.random() < 0.5 ? 0 : Math.floor(Math.random() * 300_000));
    const until = Date.now() + 50 + Math.random() * 600;
    while (Date.now() < until) { if (Math.random() < 0.5) fill(0); await sleep(20); }
    rmSync(filler, { force: true });
    await sleep(Math.random() * 150);
  }
  run = false;
  await Promise.all(workers);
  if (GUARD) { for (let w = 0; w < 100; w++) { if (restarting) await restarting; if (await failedWrites().catch(() => 1) === 0) break; await sleep(100); } if (cycles % 4 === 0) { await restart('plain'); } }
  const out = await check();
  if (out.length) { found++;
    for (const q of ["SELECT name,active,rows,modification_time FROM system.parts WHERE table='logs' ORDER BY min_block_number, level", "SELECT name, reason FROM system.detached_parts", FAILED, "SELECT now64(3)"]) console.log(q, '\n', await (await app.query({ query: q, format: 'TSV' })).text().catch((e: any) => String(e)));
 console.log(cycles, out.join('\n')); }
  const s = statfsSync(root);
  if (s.bavail < s.blocks * 0.5) {
    // restart sometimes, else truncate
    await app.command({ query: 'TRUNCATE TABLE logs' }); acked = 0; ids = []; ids = [];
    for (let w = 0; w < 200 && statfsSync(root).bavail < s.blocks * 0.7; w++) await sleep(50);
    if (statfsSync(root).bavail < s.blocks * 0.6) {
      await app.close(); await engine.stop();
      engine = await startEmbeddedClickHouse({ dataDir: join(root, 'data') });
      app = openLogStore(engine.appUrl, { application: 'test' });
    }
  }
  if (found >= Number(process.env.FOUND ?? 3)) break;
}
console.log({ kills, startFails, unsure, NAME, MODE, cycles, ok, bad, found, acked });
for (const [k, v] of errors) console.log(v, k);
await app.close(); await engine.stop();
if (found === 0) { spawnSync('umount', ['-l', root]); }
