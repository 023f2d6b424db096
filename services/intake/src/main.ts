// The intake as a process.
import { runMain } from '@sazabi/lifecycle';
import { parseConfig } from './config.ts';
import { run } from './run.ts';

// With a supervisor there is a channel to it, and it has started a consumer beside.
const isAlone = process.send === undefined;
await runMain(() => run(parseConfig(process.env), { isAlone }));
