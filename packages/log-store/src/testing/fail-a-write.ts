// Child process of the tests of failed writes: an engine whose files are limited in size (ulimit -f) merges parts into one that is larger,
// or stores an insert that is. What became of it goes to stdout.
import { setTimeout as pause } from 'node:timers/promises';
import { openEngine } from './failing-store.ts';

const DIED_DEADLINE_MS = 20_000;

const [, , dataDir = '', statement = '', ...ids] = process.argv;
const store = await openEngine(dataDir);
const [id = ''] = ids;
const written = await (statement === 'merge'
  ? store.client.command({ query: 'OPTIMIZE TABLE logs FINAL' })
  : store.insertBig(id, id)
).then(() => 'done', String);
// Where the engine is already killed for it, as within 2 s it is, the connection's error is as good: nothing is told to be stored.
const lookedUp = await store.known(ids).catch(String);
const died = await Promise.race([store.engine.died, pause(DIED_DEADLINE_MS, 'it lives on', { ref: false })]);
await store.close();
process.stdout.write(JSON.stringify({ written, lookedUp, died }));
