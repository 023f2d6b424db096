import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { openLogStore } from './open-log-store.ts';
import { mkdtempSync, rmSync } from 'node:fs';
const d = mkdtempSync('/work/tmp/marks/ask-');
const engine = await startEmbeddedClickHouse({ dataDir: d });
const app = openLogStore(engine.appUrl, { application: 'test' });
for (const q of process.argv.slice(2)) try { console.log(q, '\n', await (await app.query({ query: q, format: 'TSV' })).text()); } catch (e) { console.log(q, String(e).slice(0, 300)); }
await app.close(); await engine.stop(); rmSync(d, { recursive: true });
