// The intake as a process.
import { keepCompiled } from '@sazabi/lifecycle/compiled';

const { runMain } = await import('@sazabi/lifecycle');
const { parseConfig } = await import('./config.ts');
const { run } = await import('./run.ts');
keepCompiled();

// With a supervisor there is a channel to it, and it has started a consumer beside.
const isAlone = process.send === undefined;
await runMain(() => run(parseConfig(process.env), { isAlone }));
