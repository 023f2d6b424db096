// For tests: a process that starts an engine on the folder of its argument, tells the engine's pid, and stays.
import { startEmbeddedClickHouse } from './index.ts';

const engine = await startEmbeddedClickHouse({ dataDir: process.argv[2] ?? '' });
process.send?.(engine.pid);
