// `sazabi logs query`: rows for people, or NDJSON, page after page.
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input.ts';
import { type LogRow, logRowSchema, printLogLine } from '../output/log-line.ts';
import { addSelectionOptions, addShowOption, FILTER_HELP, type SelectionOptions, selectionBody } from './selection.ts';

const PAGE_ROWS_MAX = 1000;
const LIMIT_DEFAULT = 50;
const pageSchema = z.object({ data: z.array(logRowSchema), nextCursor: z.string().nullable() });

interface QueryOptions extends SelectionOptions {
  readonly sort: string;
  readonly limit?: number;
  readonly all?: true;
  readonly show?: readonly string[];
  readonly json?: true;
}

export function addLogsQuery(logs: Command, context: Context): void {
  const query = addSelectionOptions(logs.command('query').description('find logs'))
    .addOption(new Option('--sort <order>', 'by time').choices(['desc', 'asc']).default('desc'))
    .option(
      '--limit <n>',
      `at most this many rows, to ${PAGE_ROWS_MAX} (default: ${LIMIT_DEFAULT})`,
      wholeNumber(1, PAGE_ROWS_MAX),
    )
    .option('--all', 'every row, page after page');
  addShowOption(query)
    .option('--json', 'one row a line (NDJSON), for programs')
    .addHelpText(
      'after',
      `${FILTER_HELP}

Examples:
  $ sazabi logs query --search "timed out" --mode phrase --from 2h
  $ sazabi logs query --filter level=error --filter 'attributes.status>=500' --limit 500
  $ sazabi logs query --show host --show attributes.status
  $ sazabi logs query --all --json --sort asc > logs.ndjson`,
    )
    .action(async (options: QueryOptions, command: Command) => {
      const { output } = context;
      const print = options.json ? output.printJson : (row: LogRow) => printLogLine(output, row, options.show);
      let rows = 0;
      for await (const row of readRows(context, command, options)) {
        await print(row);
        rows += 1;
        // Into a file or a program: a person sees how far it is.
        if (rows % PAGE_ROWS_MAX === 0 && !Number.isFinite(output.columns))
          output.status(`${rows.toLocaleString('en')} rows …`);
      }
      if (rows >= PAGE_ROWS_MAX) output.status('');
      if (rows === 0) output.note('No logs found. Without --from, only the last 24 hours are searched.');
      else if (!options.all && options.limit === undefined && rows === LIMIT_DEFAULT)
        output.note(`The ${options.sort === 'desc' ? 'latest' : 'first'} ${rows}; --limit N or --all shows more.`);
    });
}

async function* readRows(context: Context, command: Command, options: QueryOptions): AsyncGenerator<LogRow> {
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
