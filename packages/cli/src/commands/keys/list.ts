// `sazabi keys public-keys|secret-keys list`: which keys there are, and which nobody needs.
import { MODES } from '@sazabi/contract';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { addExamples } from '../../examples.ts';
import { parseDuration } from '../../input.ts';
import { gather, type JsonFlag, printList } from '../resource.ts';
import { isEnded, type Key, type KeyKind, keysOf } from './key.ts';

interface ListFlags extends JsonFlag {
  readonly unused?: number;
  readonly older?: number;
  readonly mode?: string;
  readonly active?: true;
  readonly project?: string;
}

export function addKeyList(group: Command, kind: KeyKind, context: Context): void {
  const list = group
    .command('list')
    .description(`list ${kind} keys, revoked ones too`)
    .option('--unused <duration>', 'only those not used for as long as that, as 90d', parseDuration)
    .option('--older <duration>', 'only those made longer ago than that, as 90d', parseDuration)
    .addOption(new Option('--mode <mode>', 'only those of one mode').choices(MODES))
    .option('--active', 'without those that are revoked or expired');
  if (kind === 'public') list.option('--project <project>', 'only those of one project, by id or name');
  list.option('--json', 'an array, for programs').action(async (flags: ListFlags, command: Command) => {
    const resource = keysOf(kind);
    const nowMs = Date.now();
    const keys = await gather(context.output, context.api(command).list(resource.path, resource.schema), (key) =>
      isAsked(key, flags, nowMs),
    );
    await printList(context.output, resource, keys, flags);
  });
  addExamples(list, [
    `sazabi keys ${kind}-keys list --active --unused 90d`,
    `sazabi keys ${kind}-keys list --older 365d --json`,
  ]);
}

function isAsked(key: Key, { unused, older, mode, active, project }: ListFlags, nowMs: number): boolean {
  const idleMs = nowMs - Date.parse(key.lastUsedAt ?? key.createdAt);
  const ageMs = nowMs - Date.parse(key.createdAt);
  return (
    (unused === undefined || idleMs >= unused) &&
    (older === undefined || ageMs >= older) &&
    (mode === undefined || key.mode === mode) &&
    (!active || !isEnded(key, nowMs)) &&
    (project === undefined || key.projectId === project)
  );
}
