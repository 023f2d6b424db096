// The consumer as a process of its own.
import { runMain } from '@sazabi/lifecycle';
import { parseConfig } from './config.ts';
import { run } from './run.ts';

await runMain((stopping) => run(parseConfig(process.env), { stopping }));
