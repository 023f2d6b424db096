// `sazabi logs query`: rows for people, or NDJSON, page after page.
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input.ts';
import type { Output, Style } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { addSelectionOptions, FILTER_HELP, type SelectionOptions, selectionBody } from './selection.ts';

const PAGE_ROWS_MAX = 1000;
const LIMIT_DEFAULT = 50;
/** Widest service shown whole. */
const SERVICE_CHARACTERS_MAX = 20;
const MESSAGE_CHARACTERS_MIN = 20;

/** What the table shows; the rest of a row goes through to --json untouched. */
const rowSchema = z.looseObject({
  timestamp: z.string(),
  level: z.string(),
  service: z.string().nullish(),
  message: z.string(),
});
type Row = z.infer<typeof rowSchema>;

const pageSchema = z.object({ data: z.array(rowSchema), nextCursor: z.string().nullable() });

interface QueryOptions extends SelectionOptions {
  readonly sort: string;
  readonly limit?: number;
  readonly all?: true;
  readonly json?: true;
}

const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  trace: 'dim',
  debug: 'dim',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};

export function addLogsQuery(logs: Command, context: Context): void {
  addSelectionOptions(logs.command('query').description('find logs'))
    .addOption(new Option('--sort <order>', 'by time').choices(['desc', 'asc']).default('desc'))
    .option(
      '--limit <n>',
      `at most this many rows, to ${PAGE_ROWS_MAX} (default: ${LIMIT_DEFAULT})`,
      wholeNumber(1, PAGE_ROWS_MAX),
    )
    .option('--all', 'every row, page after page')
    .option('--json', 'one row a line (NDJSON), for programs')
    .addHelpText(
      'after',
      `${FILTER_HELP}

Examples:
  $ sazabi logs query --search "timed out" --mode phrase --from 2h
  $ sazabi logs query --filter level=error --filter 'attributes.status>=500' --limit 500
  $ sazabi logs query --all --json --sort asc > logs.ndjson`,
    )
    .action(async (options: QueryOptions, command: Command) => {
      const { output } = context;
      const print = options.json ? output.printJson : (row: Row) => printRow(output, row);
      let rows = 0;
      for await (const row of readRows(context, command, options)) {
        await print(row);
        rows += 1;
      }
      if (rows === 0) output.note('No logs found. Without --from, only the last 24 hours are searched.');
      else if (!options.all && options.limit === undefined && rows === LIMIT_DEFAULT)
        output.note(`The ${options.sort === 'desc' ? 'latest' : 'first'} ${rows}; --limit N or --all shows more.`);
    });
}

async function* readRows(context: Context, command: Command, options: QueryOptions): AsyncGenerator<Row> {
  const api = context.api(command);
  const body = { ...selectionBody(options), sort: options.sort };
  let left = options.limit ?? (options.all ? Number.POSITIVE_INFINITY : LIMIT_DEFAULT);
  let cursor: string | null = null;
  do {
    const page: z.infer<typeof pageSchema> = await api.whole('POST', 'logs/query', pageSchema, {
      ...body,
      limit: Math.min(left, PAGE_ROWS_MAX),
      ...(cursor === null ? {} : { cursor }),
    });
    yield* page.data;
    left -= page.data.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0);
}

/** Time to the millisecond, level, service, message: one line, cut at the terminal's edge. */
async function printRow(output: Output, row: Row): Promise<void> {
  const time = `${row.timestamp.slice(0, 23).replace('T', ' ')}Z`;
  const level = row.level.toUpperCase().padEnd(5);
  const service = cut(printable(row.service ?? '–'), SERVICE_CHARACTERS_MAX).padEnd(SERVICE_CHARACTERS_MAX);
  const room = output.columns - time.length - level.length - service.length - 6;
  const message = cut(printable(row.message), Math.max(MESSAGE_CHARACTERS_MIN, room));
  const style = LEVEL_STYLES[row.level];
  await output.print(
    [
      output.style('dim', time),
      style === undefined ? level : output.style(style, level),
      output.style('cyan', service),
      message,
    ].join('  '),
  );
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
