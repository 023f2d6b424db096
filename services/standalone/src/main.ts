// `npm start`: the whole of Sazabi as one command.
import { runMain } from '@sazabi/lifecycle';
import { parseConfig } from './config.ts';
import { WHOLE_STOP_DEADLINE_MS } from './limits.ts';
import { run } from './run.ts';

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
