// `sazabi keys public-keys|secret-keys …` and `keys verify`.
import type { Command } from 'commander';
import { usageError } from '../../cli-error.ts';
import type { Context } from '../../context.ts';
import { addExamples } from '../../examples.ts';
import { duration } from '../../input.ts';
import { addRemove, addShow, ID_HELP, type JsonFlag, pathOf, printItem } from '../resource.ts';
import { type KeyKind, keySchema, keysOf } from './key.ts';
import { addKeyList } from './list.ts';
import { addKeySettings, type KeySettings, keyBody } from './settings.ts';
import { addKeysVerify } from './verify.ts';

const madeSchema = keySchema.extend({ key: keySchema.shape.id });
const PROJECT_HELP = 'project it writes to, by id or name (default: the first)';

export function addKeysCommands(keys: Command, context: Context): void {
  for (const kind of ['public', 'secret'] as const) {
    const group = keys
      .command(`${kind}-keys`)
      .description(
        kind === 'public' ? 'keys that write logs, safe to show' : 'keys that read and manage, never to be shown',
      );
    addCreate(group, kind, context);
    addKeyList(group, kind, context);
    addExamples(addShow(group, context, keysOf(kind)), [`sazabi keys ${kind}-keys show "${nameOf(kind)}"`]);
    addUpdate(group, kind, context);
    addRotate(group, kind, context);
    addRevoke(group, kind, context);
  }
  addKeysVerify(keys, context);
}

/** Of the key in examples. */
function nameOf(kind: KeyKind): string {
  return kind === 'public' ? 'Web shop' : 'Dashboard';
}

interface CreateFlags extends KeySettings, JsonFlag {
  readonly test?: true;
  readonly project?: string;
}

function addCreate(group: Command, kind: KeyKind, context: Context): void {
  const create = group
    .command('create')
    .description(`make a ${kind} key; it is printed once, on stdout`)
    .requiredOption('--name <name>', '1 to 100 letters, digits, spaces, - and _')
    .option('--test', 'a key of mode test: its data is kept apart from live data');
  if (kind === 'public') create.option('--project <project>', PROJECT_HELP);
  addKeySettings(create, kind, 'create')
    .option('--json', 'the whole answer, for programs')
    .action(async (flags: CreateFlags, command: Command) => {
      const made = await context.api(command).call('POST', `${kind}-keys`, madeSchema, {
        ...keyBody(flags),
        ...(flags.test ? { mode: 'test' } : {}),
        ...(flags.project === undefined ? {} : { projectId: flags.project }),
      });
      if (flags.json) return await context.output.printJson(made);
      context.output.note(
        `Made the ${kind} key "${made.name}" (${made.mode}, id ${made.id}). It is shown this once only:`,
      );
      await context.output.print(made.key);
    });
  addExamples(
    create,
    kind === 'public'
      ? [
          'sazabi keys public-keys create --name "Web shop" --origin https://shop.example.com',
          'export SAZABI_PUBLIC_KEY=$(sazabi keys public-keys create --name CI --test --expires 90d)',
        ]
      : ['sazabi keys secret-keys create --name "Dashboard" --scope logs:read --scope usage:read'],
  );
}

function addUpdate(group: Command, kind: KeyKind, context: Context): void {
  const update = group
    .command('update')
    .description(`change a ${kind} key; the next request sees it`)
    .argument('<id>', ID_HELP)
    .option('--name <name>', 'its new name');
  addKeySettings(update, kind, 'update')
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, flags: KeySettings & JsonFlag, command: Command) => {
      const body = keyBody(flags);
      if (Object.keys(body).length === 0) throw usageError('Nothing to change: say what, see --help.');
      const api = context.api(command);
      const resource = keysOf(kind);
      const changed = await api.call('PATCH', await pathOf(api, resource, id), resource.schema, body);
      await printItem(context.output, resource, changed, flags);
    });
  addExamples(update, [
    `sazabi keys ${kind}-keys update "${nameOf(kind)}" --rate-limit none --expires never`,
    ...(kind === 'public' ? [] : [`sazabi keys secret-keys update "${nameOf(kind)}" --scope read`]),
  ]);
}

function addRotate(group: Command, kind: KeyKind, context: Context): void {
  const rotate = group
    .command('rotate')
    .description(`make a new ${kind} key with the same settings, and end the old one; the new one is printed once`)
    .argument('<id>', ID_HELP)
    .option(
      '--overlap <duration>',
      'how long the old one still works, as 1h; 0s: not at all (default: 24h)',
      duration('30m, 1h or 7d', '0s', '30d'),
    )
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, { overlap, json }: JsonFlag & { readonly overlap?: number }, command: Command) => {
      const api = context.api(command);
      const path = await pathOf(api, keysOf(kind), id);
      const body = overlap === undefined ? {} : { overlapSeconds: Math.round(overlap / 1000) };
      const made = await api.call('POST', `${path}/rotate`, madeSchema, body);
      if (json) return await context.output.printJson(made);
      context.output.note(`The ${kind} key "${made.name}" goes on as ${made.id}. It is shown this once only:`);
      await context.output.print(made.key);
    });
  addExamples(rotate, [
    `sazabi keys ${kind}-keys rotate "${nameOf(kind)}" --overlap 1h`,
    `export SAZABI_${kind.toUpperCase()}_KEY=$(sazabi keys ${kind}-keys rotate "${nameOf(kind)}")`,
  ]);
}

function addRevoke(group: Command, kind: KeyKind, context: Context): void {
  const revoke = addRemove(group, context, keysOf(kind), {
    verb: 'revoke',
    description: `revoke a ${kind} key for good: the next request with it is refused`,
    question: ({ name, keyPrefix }) => `Revoke the ${kind} key "${name}" (${keyPrefix}…) for good?`,
    unasked: 'go-on',
    done: 'Revoked',
  });
  addExamples(
    revoke,
    [`sazabi keys ${kind}-keys revoke "${nameOf(kind)}" --yes`],
    'On a terminal it asks first; elsewhere (a script) it revokes at once, --yes or not.',
  );
}
