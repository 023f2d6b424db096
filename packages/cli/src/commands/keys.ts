// `sazabi keys public-keys|secret-keys create|list|revoke` and `keys verify`.
import { SCOPE_PRESETS } from '@sazabi/contract';
import type { Command } from 'commander';
import { z } from 'zod';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { collect, parseDuration, parseExpiry, wholeNumber } from '../input.ts';
import { printTable } from '../output/table.ts';
import { addKeysVerify } from './keys-verify.ts';

type KeyKind = 'public' | 'secret';

/** What the tables show; all else of a key goes through to --json. */
const keySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  keyPrefix: z.string(),
  mode: z.string(),
  scopes: z.array(z.string()).optional(),
  projectId: z.string().optional(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullish(),
  expiresAt: z.string().nullish(),
  revokedAt: z.string().nullish(),
});
type Key = z.infer<typeof keySchema>;

interface CreateOptions {
  readonly name: string;
  readonly test?: true;
  readonly expires?: string;
  readonly rateLimit?: number | 'none';
  readonly origin?: readonly string[];
  readonly json?: true;
  /** Public keys. */
  readonly project?: string;
  readonly environment?: string;
  /** Secret keys. */
  readonly scope?: readonly string[];
  readonly allowBrowser?: true;
}

export function addKeysCommands(keys: Command, context: Context): void {
  for (const kind of ['public', 'secret'] as const) {
    const group = keys
      .command(`${kind}-keys`)
      .description(
        kind === 'public' ? 'keys that write logs, safe to show' : 'keys that read and manage, never to be shown',
      );
    addCreate(group, kind, context);
    addList(group, kind, context);
    addRevoke(group, kind, context);
  }
  addKeysVerify(keys, context);
}

function addCreate(group: Command, kind: KeyKind, context: Context): void {
  const create = group
    .command('create')
    .description(`make a ${kind} key; it is printed once, on stdout`)
    .requiredOption('--name <name>', '1 to 100 letters, digits, spaces, - and _')
    .option('--test', 'a key of mode test: its data is kept apart from live data')
    .option('--expires <when>', 'as 90d, or as 2026-01-31T12:00:00Z (default: never)', parseExpiry)
    .option('--rate-limit <n>', 'requests a minute, or none', parseRateLimit)
    .option('--origin <origin>', 'web origin that may use it (again for more; https://*.example.com works)', collect)
    .option('--json', 'the whole answer, for programs');
  if (kind === 'public')
    create
      .option('--project <id>', 'project it writes to (default: the first)')
      .option('--environment <name>', 'the environment of its logs that name none');
  else
    create
      .option(
        '--scope <scope>',
        'what it may do, as logs:read; or read, write, admin for all of a kind (again for more; default: admin)',
        collect,
      )
      .option('--allow-browser', 'let pages of its origins use it');
  create
    .addHelpText(
      'after',
      kind === 'public'
        ? '\nExamples:\n  $ sazabi keys public-keys create --name "Web shop" --origin https://shop.example.com\n  $ export SAZABI_PUBLIC_KEY=$(sazabi keys public-keys create --name CI --test --expires 90d)'
        : '\nExamples:\n  $ sazabi keys secret-keys create --name "Dashboard" --scope logs:read --scope usage:read',
    )
    .action(async (options: CreateOptions, command: Command) => {
      const made = await context
        .api(command)
        .call('POST', `${kind}-keys`, keySchema.extend({ key: z.string() }), bodyOf(options));
      if (options.json) return await context.output.printJson(made);
      context.output.note(
        `Made the ${kind} key "${made.name}" (${made.mode}, id ${made.id}). It is shown this once only:`,
      );
      await context.output.print(made.key);
    });
}

function bodyOf(options: CreateOptions): object {
  const { name, project, environment, scope = [], origin = [], rateLimit } = options;
  return {
    name,
    ...(options.test ? { mode: 'test' } : {}),
    ...(options.expires === undefined ? {} : { expiresAt: options.expires }),
    ...(rateLimit === undefined ? {} : { rateLimitPerMinute: rateLimit === 'none' ? null : rateLimit }),
    ...(origin.length === 0 ? {} : { allowedOrigins: origin }),
    ...(project === undefined ? {} : { projectId: project }),
    ...(environment === undefined ? {} : { environment }),
    ...(scope.length === 0 ? {} : { scopes: scope.flatMap(scopesOf) }),
    ...(options.allowBrowser ? { allowBrowser: true } : {}),
  };
}

/** A preset's scopes, or the scope itself: the API judges whether there is such a one. */
function scopesOf(text: string): readonly string[] {
  return text === 'read' || text === 'write' || text === 'admin' ? SCOPE_PRESETS[text] : [text];
}

function parseRateLimit(text: string): number | 'none' {
  return text === 'none' ? text : wholeNumber(1, 1_000_000_000)(text);
}

interface ListOptions {
  readonly unused?: number;
  readonly older?: number;
  readonly json?: true;
}

function addList(group: Command, kind: KeyKind, context: Context): void {
  group
    .command('list')
    .description(`list ${kind} keys, revoked ones too`)
    .option('--unused <duration>', 'only those not used for as long as that, as 90d', parseDuration)
    .option('--older <duration>', 'only those made longer ago than that, as 90d', parseDuration)
    .option('--json', 'one key a line, for programs')
    .action(async (options: ListOptions, command: Command) => {
      const nowMs = Date.now();
      const rows: (string | null | undefined)[][] = [];
      for await (const key of context.api(command).list(`${kind}-keys`, keySchema)) {
        if (!isAsked(key, options, nowMs)) continue;
        if (options.json) await context.output.printJson(key);
        else
          rows.push([
            key.id,
            key.name,
            `${key.keyPrefix}…`,
            grants(key),
            key.lastUsedAt ?? 'never',
            stateOf(key, nowMs),
          ]);
      }
      if (options.json) return;
      if (rows.length === 0)
        return context.output.note(
          `No ${kind} keys${options.unused !== undefined || options.older !== undefined ? ' like that' : ''}.`,
        );
      await printTable(
        context.output,
        ['ID', 'NAME', 'KEY', kind === 'public' ? 'PROJECT' : 'SCOPES', 'LAST USED', 'STATE'],
        rows,
      );
    });
}

function isAsked(key: Key, { unused, older }: ListOptions, nowMs: number): boolean {
  const idleMs = nowMs - Date.parse(key.lastUsedAt ?? key.createdAt);
  const ageMs = nowMs - Date.parse(key.createdAt);
  return (unused === undefined || idleMs >= unused) && (older === undefined || ageMs >= older);
}

function grants(key: Key): string | undefined {
  return key.scopes?.join(' ') ?? key.projectId;
}

function stateOf(key: Key, nowMs: number): string {
  if (typeof key.revokedAt === 'string') return `revoked ${key.revokedAt}`;
  if (typeof key.expiresAt !== 'string') return `${key.mode}`;
  return `${key.mode}, ${Date.parse(key.expiresAt) <= nowMs ? 'expired' : 'expires'} ${key.expiresAt}`;
}

function addRevoke(group: Command, kind: KeyKind, context: Context): void {
  group
    .command('revoke')
    .description(`revoke a ${kind} key: the next request with it is refused`)
    .argument('<id>', `id of the key, as \`${kind}-keys list\` shows it`)
    .option('--json', 'for programs')
    .action(async (id: string, options: { json?: true }, command: Command) => {
      if (/^[ps]k_/.test(id))
        throw usageError(`That is a key. Give its id, as \`sazabi keys ${kind}-keys list\` shows it.`);
      await context.api(command).remove(`${kind}-keys/${encodeURIComponent(id)}`);
      if (options.json) await context.output.printJson({ id, revoked: true });
      else await context.output.print(`Revoked ${id}.`);
    });
}
