// `sazabi logs tail`: logs as they are accepted, through restarts of the API, until Ctrl-C.
import { SECRET_KEY_HEADER } from '@sazabi/contract';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { withSlash } from '../http/api-client.ts';
import { parseJson } from '../http/problems.ts';
import { logRowSchema, printLogLine } from '../output/log-line.ts';
import { follow } from '../tail/follow.ts';
import { USER_AGENT } from '../version.ts';
import { addConditionOptions, addShowOption, type ConditionOptions, FILTER_HELP } from './selection.ts';

const laggedSchema = z.object({ count: z.int().nullable(), exact: z.boolean(), from: z.string().optional() });

interface TailOptions extends ConditionOptions {
  readonly show?: readonly string[];
  readonly json?: true;
}

export function addLogsTail(logs: Command, context: Context): void {
  addShowOption(addConditionOptions(logs.command('tail').description('follow logs live, from now on; Ctrl-C ends it')))
    .option('--json', 'one row a line (NDJSON), for programs')
    .addHelpText(
      'after',
      `${FILTER_HELP}

When the connection is cut it comes back by itself and goes on where it was; what was missed is told.

Examples:
  $ sazabi logs tail --filter level=error
  $ sazabi logs tail --search "timed out" --mode phrase --show host
  $ sazabi logs tail --json | jq .message`,
    )
    .action(async (options: TailOptions, command: Command) => {
      const { output } = context;
      const { apiUrl, secretKey, keySources } = context.config(command);
      const key = { text: secretKey(), source: keySources.secret };
      const stop = new AbortController();
      // For good, and however often: a terminal, `timeout` and the launcher may each send the same signal, the last as the process ends.
      const interrupt = () => stop.abort();
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      await follow({
        url: tailUrl(apiUrl, options),
        headers: { [SECRET_KEY_HEADER]: key.text, 'user-agent': USER_AGENT },
        key,
        stop: stop.signal,
        onEvent: (event, data) => show(context, options, event, data),
        onCut: (reason) => output.note(`The tail was cut (${reason}): trying again …`),
        onBack: () => output.note('The tail goes on.'),
      });
    });
}

function tailUrl(apiUrl: string, { project, search, mode, filter = [] }: TailOptions): URL {
  const url = new URL('logs/tail', withSlash(apiUrl));
  const given = {
    projectId: project,
    search,
    searchMode: search === undefined ? undefined : mode,
    filters: filter.length === 0 ? undefined : JSON.stringify(filter),
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

async function show({ output }: Context, options: TailOptions, event: string, data: string): Promise<void> {
  const value = parseJson(data);
  if (event === 'log') {
    const row = logRowSchema.safeParse(value);
    if (!row.success) return output.problem('The API sent a log in a form that is not known here.');
    return options.json ? output.printJson(value) : printLogLine(output, row.data, options.show);
  }
  const lagged = event === 'lagged' ? laggedSchema.safeParse(value).data : undefined;
  if (lagged !== undefined) output.note(laggedNote(lagged));
}

function laggedNote({ count, exact, from }: z.infer<typeof laggedSchema>): string {
  const logs = count === null ? 'Logs' : `${exact ? '' : 'About '}${count} logs`;
  if (exact) return `${logs} were left out here: they came faster than they were read.`;
  return `${logs} were left out here: the tail was away for too long. \`sazabi logs query${from === undefined ? '' : ` --from ${from}`}\` shows them.`;
}
