// The query API as a process.
import { runMain } from '@sazabi/lifecycle';
import { parseConfig } from './config.ts';
import { run } from './run.ts';

await runMain((stopping) => run(parseConfig(process.env), { stopping }));
