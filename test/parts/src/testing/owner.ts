// For a test: a process that owns a paused PostgreSQL, says which processes that are, and waits to be killed.
import { startPostgresProcess } from '../processes/postgres-process.ts';

const server = await startPostgresProcess();
const pids = server.pids();
await server.pause();
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => undefined, 60_000);
