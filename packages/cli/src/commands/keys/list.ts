// `sazabi keys public-keys|secret-keys list`: which keys there are, and which nobody needs.
import { MODES } from '@sazabi/contract';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { addExamples } from '../../examples.ts';
import { duration } from '../../input.ts';
import { gather, type JsonFlag, printList } from '../resource.ts';
import { type KeyKind, keysOf } from './key.ts';

const STATES = ['active', 'expired', 'revoked'] as const;

interface ListFlags extends JsonFlag {
  readonly unused?: number;
  readonly older?: number;
  readonly mode?: string;
  readonly state?: string;
  readonly all?: true;
  readonly project?: string;
}

export function addKeyList(group: Command, kind: KeyKind, context: Context): void {
  const list = group
    .command('list')
    .description(`list ${kind} keys, expired ones too; revoked ones with --all`)
    .option('--unused <duration>', 'only those not used for as long as that, as 90d', duration('12h, 90d or 26w'))
    .option('--older <duration>', 'only those made longer ago than that, as 90d', duration('12h, 90d or 26w'))
    .addOption(new Option('--mode <mode>', 'only those of one mode').choices(MODES))
    .addOption(new Option('--state <state>', 'only those in one state').choices(STATES))
    .addOption(new Option('--all', 'revoked ones too').conflicts('state'));
  if (kind === 'public') list.option('--project <project>', 'only those of one project, by id or name');
  list.option('--json', 'an array, for programs').action(async (flags: ListFlags, command: Command) => {
    const resource = keysOf(kind);
    const keys = context.api(command).list(resource.path, resource.schema, queryOf(flags, Date.now()));
    const found = await gather(context.output, keys);
    // The API keeps revoked keys for good, and each `sazabi load` leaves one of either kind: they would soon be most of a list.
    const shown = flags.all || flags.state !== undefined ? found : found.filter(({ revokedAt }) => !revokedAt);
    await printList(context.output, resource, shown, flags);
    const hidden = found.length - shown.length;
    // Under --json too, as all notes are: who reads the array alone would take it for all there is.
    if (hidden > 0) context.output.note(`${hidden} revoked ${hidden === 1 ? 'one is' : 'ones are'} not shown: --all.`);
  });
  addExamples(list, [
    `sazabi keys ${kind}-keys list --state active --unused 90d`,
    `sazabi keys ${kind}-keys list --older 365d --json`,
  ]);
}

function queryOf({ unused, older, mode, state, project }: ListFlags, nowMs: number): Readonly<Record<string, string>> {
  const before = (ms: number): string => new Date(nowMs - ms).toISOString();
  return {
    ...(unused === undefined ? {} : { unusedSince: before(unused) }),
    ...(older === undefined ? {} : { createdBefore: before(older) }),
    ...(mode === undefined ? {} : { mode }),
    ...(state === undefined ? {} : { state }),
    ...(project === undefined ? {} : { projectId: project }),
  };
}
