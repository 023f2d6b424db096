// `sazabi audit-log list`: who changed what, when, from where.
import { AUDIT_ACTIONS } from '@sazabi/contract';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { parseQueryTime, wholeNumber } from '../input.ts';
import { gather, type JsonFlag, type Listed, printList } from './resource.ts';

const ENTRIES_DEFAULT = 50;
const ENTRIES_MAX = 100_000;

const entrySchema = z.looseObject({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  actor: z.looseObject({ type: z.string(), keyId: z.string().nullish(), keyName: z.string().nullish() }),
  target: z.looseObject({ type: z.string(), id: z.string(), name: z.string().nullish() }),
  changes: z.record(z.string(), z.unknown()).nullish(),
  address: z.string().nullish(),
});
type Entry = z.infer<typeof entrySchema>;

const ENTRIES: Listed<Entry> = {
  name: 'change',
  columns: [
    { title: 'AT' },
    { title: 'ACTION' },
    { title: 'TARGET', shrinks: true },
    { title: 'BY', shrinks: true },
    { title: 'FROM', rank: 2 },
    { title: 'CHANGES', shrinks: true, rank: 1 },
  ],
  cells: ({ at, action, actor, target, changes, address }) => [
    `${at.slice(0, 19).replace('T', ' ')}Z`,
    action,
    target.name ?? target.id,
    actor.keyName ?? actor.keyId ?? actor.type,
    address,
    changesOf(changes),
  ],
};

/** `name: "a" → "b"`. */
function changesOf(changes: Entry['changes']): string {
  return Object.entries(changes ?? {})
    .map(([field, change]) => {
      const [before, after] = Array.isArray(change) ? change : [null, change];
      return `${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
    })
    .join(', ');
}

interface ListFlags extends JsonFlag {
  readonly action?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly all?: true;
}

export function addAuditLogCommands(auditLog: Command, context: Context): void {
  const list = auditLog
    .command('list')
    .description('list changes of keys, projects and settings, newest first')
    .addOption(new Option('--action <action>', 'only this').choices(AUDIT_ACTIONS))
    .option('--target <id>', 'only changes of this key or project, by its id')
    .option('--from <time>', 'begin: as 7d (ago), or 2026-01-31T12:00:00Z', parseQueryTime)
    .option('--to <time>', 'end', parseQueryTime)
    .option('--limit <n>', `at most so many (default: ${ENTRIES_DEFAULT})`, wholeNumber(1, ENTRIES_MAX))
    .option('--all', 'all of them')
    .option('--json', 'an array, for programs')
    .action(async (flags: ListFlags, command: Command) => {
      const most = flags.all ? Number.POSITIVE_INFINITY : (flags.limit ?? ENTRIES_DEFAULT);
      const entries = context.api(command).list('audit-log', entrySchema, queryOf(flags));
      await printList(context.output, ENTRIES, await gather(context.output, firstOf(entries, most)), flags);
    });
  addExamples(list, [
    'sazabi audit-log list --action public_key.revoked --from 7d',
    'sazabi audit-log list --all --json > audit-log.json',
  ]);
}

function queryOf({ action, target, from, to }: ListFlags): Readonly<Record<string, string>> {
  return {
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { targetId: target }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

async function* firstOf<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T> {
  let given = 0;
  for await (const item of items) {
    yield item;
    given += 1;
    if (given >= most) return;
  }
}
