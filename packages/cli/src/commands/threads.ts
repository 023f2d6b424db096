// `sazabi threads …`: shared investigations, with the messages in them.
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import type { ApiClient } from '../http/api-client.ts';
import { collect, readAll } from '../input.ts';
import { printable } from '../output/printable.ts';
import { fromNow } from '../output/times.ts';
import { addRemove, gather, ID_HELP, type JsonFlag, pathOf, printItem, printList, type Resource } from './resource.ts';
import { addSelectionOptions, FILTER_HELP, type SelectionOptions, selectionBody } from './selection.ts';

const STATUSES = ['open', 'resolved'] as const;
/** Read from stdin for a message: more than the API takes. */
const MESSAGE_BYTES_MAX = 100_000;

const threadSchema = z.looseObject({
  id: z.string(),
  title: z.string(),
  status: z.string(),
  query: z.unknown(),
  messageCount: z.number().optional(),
  createdAt: z.string(),
  createdBy: z.string().nullish(),
  updatedAt: z.string(),
});
type Thread = z.infer<typeof threadSchema>;

const messageSchema = z.looseObject({
  id: z.string(),
  body: z.string(),
  logIds: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string().nullish(),
});

const THREADS: Resource<Thread> = {
  name: 'thread',
  path: 'threads',
  schema: threadSchema,
  titleOf: ({ title }) => title,
  columns: [
    { title: 'ID' },
    { title: 'TITLE', shrinks: true },
    { title: 'STATUS' },
    { title: 'MESSAGES', right: true, rank: 2 },
    { title: 'UPDATED', rank: 1 },
  ],
  cells: ({ id, title, status, messageCount, updatedAt }, nowMs) => [
    id,
    title,
    statusOf(status),
    messageCount,
    fromNow(updatedAt, nowMs),
  ],
  details: ({ id, title, status, query, createdAt, createdBy, updatedAt }) => [
    ['Id', id],
    ['Title', title],
    ['Status', statusOf(status)],
    ['Query', query === null || query === undefined ? 'none' : JSON.stringify(query)],
    ['Created', createdAt],
    ['Created by', createdBy ?? undefined],
    ['Updated', updatedAt],
  ],
};

function statusOf(status: string) {
  return { text: status, style: status === 'open' ? ('yellow' as const) : ('green' as const) };
}

export function addThreadsCommands(threads: Command, context: Context): void {
  addCreate(threads, context);
  addList(threads, context);
  addShowWithMessages(threads, context);
  addUpdate(threads, context);
  addResolve(threads, context);
  addSay(threads, context);
  const remove = addRemove(threads, context, THREADS, {
    verb: 'delete',
    description: 'delete a thread with its messages, for good',
    question: ({ title }) => `Delete the thread "${title}" and its messages, for good?`,
    unasked: 'refuse',
    done: 'Deleted',
  });
  addExamples(remove, ['sazabi threads delete "Slow checkout"'], 'No log is deleted.');
}

/** The saved query: what flags select, or null where none does. */
function queryOf(flags: SelectionOptions, command: Command): object | null {
  const selects = ['from', 'to', 'search', 'filter', 'project'].some((flag) => command.opts()[flag] !== undefined);
  return selects ? selectionBody(flags) : null;
}

interface CreateFlags extends SelectionOptions, JsonFlag {
  readonly title: string;
}

function addCreate(threads: Command, context: Context): void {
  const create = addSelectionOptions(
    threads
      .command('create')
      .description('begin a thread; its id is printed on stdout')
      .requiredOption('--title <title>', 'what it is about'),
  )
    .option('--json', 'the whole answer, for programs')
    .action(async (flags: CreateFlags, command: Command) => {
      const query = queryOf(flags, command);
      const body = { title: flags.title, ...(query === null ? {} : { query }) };
      const made = await context.api(command).call('POST', THREADS.path, threadSchema, body);
      if (flags.json) return await context.output.printJson(made);
      context.output.note(`Began the thread "${made.title}". Its id:`);
      await context.output.print(made.id);
    });
  addExamples(
    create,
    ['sazabi threads create --title "Slow checkout" --filter service=checkout --search timeout --from 2h'],
    `What would select logs is saved as the thread's query.${FILTER_HELP}`,
  );
}

function addList(threads: Command, context: Context): void {
  const list = threads
    .command('list')
    .description('list threads, newest first')
    .addOption(new Option('--status <status>', 'only those').choices(STATUSES))
    .option('--json', 'an array, for programs')
    .action(async (flags: JsonFlag & { readonly status?: string }, command: Command) => {
      const query = flags.status === undefined ? {} : { status: flags.status };
      const found = await gather(context.output, context.api(command).list(THREADS.path, threadSchema, query));
      await printList(context.output, THREADS, found, flags);
    });
  addExamples(list, ['sazabi threads list --status open']);
}

function addShowWithMessages(threads: Command, context: Context): void {
  const show = threads
    .command('show')
    .description('show a thread and its messages, oldest first')
    .argument('<id>', 'its id or title, as `list` shows it')
    .option('--json', 'the thread and its `messages`, for programs')
    .action(async (id: string, { json }: JsonFlag, command: Command) => {
      const { output } = context;
      const api = context.api(command);
      const path = await pathOf(api, THREADS, id);
      const thread = await api.call('GET', path, threadSchema);
      const messages = await gather(output, api.list(`${path}/messages`, messageSchema));
      if (json) return await output.printJson({ ...thread, messages });
      await printItem(output, THREADS, thread, {});
      for (const { body, logIds, createdAt, createdBy } of messages) {
        await output.print('');
        await output.print(output.style('dim', printable(`${createdAt}  ${createdBy ?? ''}`.trimEnd())));
        for (const line of body.split('\n')) await output.print(printable(line));
        for (const logId of logIds) await output.print(output.style('cyan', `  log ${printable(logId)}`));
      }
    });
  addExamples(show, ['sazabi threads show "Slow checkout"'], '`sazabi logs get` shows a log that a message links to.');
}

async function change(context: Context, command: Command, id: string, body: object, flags: JsonFlag): Promise<void> {
  const api = context.api(command);
  const changed = await api.call('PATCH', await pathOf(api, THREADS, id), threadSchema, body);
  await printItem(context.output, THREADS, changed, flags);
}

interface UpdateFlags extends SelectionOptions, JsonFlag {
  readonly title?: string;
  readonly status?: string;
}

function addUpdate(threads: Command, context: Context): void {
  const update = addSelectionOptions(
    threads
      .command('update')
      .description('change a thread: its title, its status, its query')
      .argument('<id>', ID_HELP)
      .option('--title <title>', 'its new title')
      .addOption(new Option('--status <status>', 'its new status').choices(STATUSES)),
  )
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, flags: UpdateFlags, command: Command) => {
      const { title, status } = flags;
      const query = queryOf(flags, command);
      const body = {
        ...(title === undefined ? {} : { title }),
        ...(status === undefined ? {} : { status }),
        ...(query === null ? {} : { query }),
      };
      if (Object.keys(body).length === 0) throw usageError('Nothing to change: say what, see --help.');
      await change(context, command, id, body, flags);
    });
  addExamples(update, ['sazabi threads update "Slow checkout" --status open --search refused'], FILTER_HELP.trim());
}

function addResolve(threads: Command, context: Context): void {
  const resolve = threads
    .command('resolve')
    .description('say that a thread is done')
    .argument('<id>', ID_HELP)
    .option('--json', 'the whole answer, for programs')
    .action((id: string, flags: JsonFlag, command: Command) =>
      change(context, command, id, { status: 'resolved' }, flags),
    );
  addExamples(resolve, ['sazabi threads resolve "Slow checkout"'], '`threads update --status open` opens it again.');
}

function addSay(threads: Command, context: Context): void {
  const say = threads
    .command('say')
    .description('add a message to a thread')
    .argument('<id>', ID_HELP)
    .argument('<text>', 'the message, or - to read it from stdin')
    .option('--log <id>', 'a log it is about, as `logs query --show id` shows it (again for more)', collect)
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, text: string, flags: JsonFlag & { log?: readonly string[] }, command: Command) => {
      const body = text === '-' ? (await readAll(context.stdin, MESSAGE_BYTES_MAX)).trimEnd() : text;
      const made = await post(context.api(command), id, { body, ...(flags.log ? { logIds: flags.log } : {}) });
      if (flags.json) await context.output.printJson(made);
      else await context.output.print(made.id);
    });
  addExamples(say, [
    'sazabi threads say "Slow checkout" "The pool was empty." --log "$LOG_ID"',
    'git show --stat | sazabi threads say "Slow checkout" -',
  ]);
}

async function post(api: ApiClient, id: string, body: object) {
  return await api.call('POST', `${await pathOf(api, THREADS, id)}/messages`, messageSchema, body);
}
