// The query API as a process.
import { keepCompiled } from '@sazabi/lifecycle/compiled';

const { runMain } = await import('@sazabi/lifecycle');
const { parseConfig } = await import('./config.ts');
const { run } = await import('./run.ts');
keepCompiled();

await runMain((stopping) => run(parseConfig(process.env), { stopping }));
