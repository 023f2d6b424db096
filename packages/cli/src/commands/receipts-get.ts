// `sazabi receipts get`: whether what was sent is stored, now or in the end.
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { ApiClient } from '../http/api-client.ts';
import { duration } from '../input.ts';
import { printTable } from '../output/table.ts';

/** Logs are found within 2 s, unless a store is away. */
const WAIT_MS = 60_000;
const POLL_FIRST_MS = 100;
const POLL_MAX_MS = 2_000;

const stateSchema = z.looseObject({
  status: z.string(),
  accepted: z.number().nullable(),
  stored: z.number(),
  deadLettered: z.number().nullable(),
  deadLetterId: z.string().nullable(),
});
type State = z.infer<typeof stateSchema>;

interface Flags {
  readonly wait?: true;
  readonly timeout?: number;
  readonly json?: true;
}

export function addReceiptsGet(receipts: Command, context: Context): void {
  receipts
    .command('get')
    .description('tell whether the logs of a request are durable, stored or dead-lettered')
    .argument('<receipts...>', 'as the intake answered, or as `logs send --receipts` printed')
    .option('--wait', 'until they are stored, or dead-lettered')
    .option('--timeout <duration>', 'with --wait: give up after that (default: 60s)', duration('30s or 5m'))
    .option('--json', 'one receipt a line, for programs')
    .addHelpText(
      'after',
      `
Examples:
  $ sazabi receipts get --wait --timeout 10s "$RECEIPT"
  $ sazabi logs send --receipts app.log | xargs sazabi receipts get --wait

Exit code 1 when one is dead-lettered or, with --wait, not stored in time.`,
    )
    .action((texts: readonly string[], flags: Flags, command: Command) => get(context, texts, flags, command));
}

async function get(context: Context, receipts: readonly string[], flags: Flags, command: Command): Promise<void> {
  const { output } = context;
  const api = context.api(command);
  const deadlineMs = flags.wait ? performance.now() + (flags.timeout ?? WAIT_MS) : 0;
  const rows: (string | number | null)[][] = [];
  for (const receipt of receipts) {
    const state = await ask(api, receipt, deadlineMs);
    if (state.status === 'dead-lettered' || (flags.wait && state.status !== 'stored')) context.markFailed();
    if (flags.json) await output.printJson({ receipt, ...state });
    else rows.push([receipt, state.status, state.accepted, state.stored, state.deadLettered, state.deadLetterId]);
  }
  if (!flags.json)
    await printTable(output, ['RECEIPT', 'STATUS', 'ACCEPTED', 'STORED', 'DEAD-LETTERED', 'DEAD LETTER'], rows);
}

/** Asks once at least, and until it is more than durable or the time is over. */
async function ask(api: ApiClient, receipt: string, deadlineMs: number): Promise<State> {
  for (let pauseMs = POLL_FIRST_MS; ; pauseMs = Math.min(POLL_MAX_MS, pauseMs * 2)) {
    const state = await api.call('GET', `receipts/${encodeURIComponent(receipt)}`, stateSchema);
    const leftMs = deadlineMs - performance.now();
    if (state.status !== 'durable' || leftMs <= 0) return state;
    await wait(Math.min(pauseMs, leftMs));
  }
}
