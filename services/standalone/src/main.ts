// `npm start`: the whole of Sazabi as one command.
import { keepCompiled } from '@sazabi/lifecycle/compiled';

const { runMain } = await import('@sazabi/lifecycle');
const { parseConfig } = await import('./config.ts');
const { WHOLE_STOP_DEADLINE_MS } = await import('./limits.ts');
const { run } = await import('./run.ts');
keepCompiled();

await runMain(
  async (stopping) =>
    run(
      parseConfig(process.env),
      {
        terminal: process.stdout.isTTY === true,
        out: (text) => process.stdout.write(text),
        error: (text) => process.stderr.write(text),
      },
      stopping,
    ),
  { stopDeadlineMs: WHOLE_STOP_DEADLINE_MS },
);
