// The flags that set up a key, for new ones and for changes, and the body they make.
import { SCOPE_PRESETS, SCOPES } from '@sazabi/contract';
import { RATE_LIMIT_MAX } from '@sazabi/contract/schemas';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect, type Limit, limitOf, limitTo, parseExpiry } from '../../input.ts';
import type { KeyKind } from './key.ts';

const PRESETS = ['read', 'write', 'admin'] as const;
/** What a person may say for `--scope`. */
const SCOPE_CHOICES: readonly string[] = [...new Set([...PRESETS, ...SCOPES])];

export interface KeySettings {
  readonly name?: string;
  readonly expires?: string;
  readonly rateLimit?: Limit;
  readonly origin?: readonly string[];
  readonly environment?: string;
  readonly scope?: readonly string[];
  readonly allowBrowser?: boolean;
}

/** Adds the flags that `create` and `update` share; for a change, how each is taken back is said too. */
export function addKeySettings(command: Command, kind: KeyKind, use: 'create' | 'update'): Command {
  const change = use === 'update';
  command
    .option('--expires <when>', `as 90d, 2027-01-31T12:00:00Z, or never${change ? '' : ' (default)'}`, parseExpiry)
    .option('--rate-limit <n>', 'requests a minute, or none', limitTo(RATE_LIMIT_MAX))
    .option(
      '--origin <origin>',
      `web origin that may use it${change ? ', instead of those it has; any: no limit' : ''} (again for more; https://*.example.com works)`,
      collect,
    );
  if (kind === 'public')
    return command.option(
      '--environment <name>',
      `the environment of its logs that name none${change ? '; an empty text takes it back' : ''}`,
    );
  command.addOption(scopeOption(use)).option('--allow-browser', 'let pages of its origins use it');
  return change ? command.option('--no-allow-browser', 'let no page use it') : command;
}

/** `--scope`, of a key of either use. */
export function scopeOption(use: 'create' | 'update'): Option {
  const [instead, more] = use === 'update' ? [', instead of what it may now', ''] : ['', '; default: admin'];
  return new Option(
    '--scope <scope>',
    `what it may do${instead}; read, write and admin are all of a kind (again for more${more})`,
  )
    .choices(SCOPE_CHOICES)
    .argParser(collectScope);
}

/** The fields of the API's body that the flags set. */
export function keyBody(flags: KeySettings): object {
  const { name, expires, rateLimit, origin, environment, scope, allowBrowser } = flags;
  return {
    ...(name === undefined ? {} : { name }),
    ...(expires === undefined ? {} : { expiresAt: expires === 'never' ? null : expires }),
    ...(rateLimit === undefined ? {} : { rateLimitPerMinute: limitOf(rateLimit) }),
    ...(origin === undefined ? {} : { allowedOrigins: origin.filter((one) => one !== 'any') }),
    ...(environment === undefined ? {} : { environment: environment === '' ? null : environment }),
    ...(scope === undefined ? {} : { scopes: [...new Set(scope.flatMap(scopesOf))] }),
    ...(allowBrowser === undefined ? {} : { allowBrowser }),
  };
}

function collectScope(text: string, before: readonly string[] = []): readonly string[] {
  if (SCOPE_CHOICES.includes(text)) return [...before, text];
  throw new InvalidArgumentError(`Say one of ${SCOPE_CHOICES.join(', ')}.`);
}

/** A preset's scopes, or the scope itself. */
function scopesOf(text: string): readonly string[] {
  const preset = PRESETS.find((name) => name === text);
  return preset === undefined ? [text] : SCOPE_PRESETS[preset];
}
