// Settings of the command line: environment variables, and flags over them.
import { z } from 'zod';
import { CliError, usageError } from './cli-error.ts';

/** The flags that every command knows, as commander gives them. */
export const GLOBAL_FLAGS = [
  ['--api-url <url>', 'address of the API (SAZABI_API_URL, default http://127.0.0.1:4319)'],
  ['--intake-url <url>', 'address of the intake (SAZABI_INTAKE_URL, default http://127.0.0.1:4318)'],
  ['--secret-key <key>', 'reads and manages (SAZABI_SECRET_KEY; a key in a flag stays in your shell history)'],
  ['--public-key <key>', 'writes logs (SAZABI_PUBLIC_KEY)'],
] as const;

const text = z.string().trim().min(1, 'is empty: give it a value, or leave it out');
const PORT_MAX = 65_535;
const PORT_TEXT = `must be a port from 0 to ${PORT_MAX}`;
const address = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

const flagsSchema = z.object({
  apiUrl: address.optional(),
  intakeUrl: address.optional(),
  secretKey: text.optional(),
  publicKey: text.optional(),
  internalUrl: address.optional(),
});

/** Every variable of the command line; docs/settings.md is held against it. */
export const environmentSchema = z.object({
  SAZABI_API_URL: address.default('http://127.0.0.1:4319'),
  SAZABI_INTAKE_URL: address.default('http://127.0.0.1:4318'),
  SAZABI_SECRET_KEY: text.optional(),
  SAZABI_PUBLIC_KEY: text.optional(),
  INTERNAL_PORT: z.coerce.number(PORT_TEXT).int(PORT_TEXT).min(0, PORT_TEXT).max(PORT_MAX, PORT_TEXT).default(4320),
  INTERNAL_URL: address.optional(),
  INTERNAL_TOKEN: text.optional(),
  SAZABI_DATA_DIR: z.string().default('./.sazabi'),
});

export interface Config {
  readonly apiUrl: string;
  readonly intakeUrl: string;
  /** The API's internal port, for `sazabi admin`. */
  readonly internalUrl: string;
  readonly internalToken: string | undefined;
  /** Where standalone keeps the token of its run. */
  readonly dataDir: string;
  readonly hasSecretKey: boolean;
  readonly hasPublicKey: boolean;
  /** @throws CliError that says how to get one */
  readonly secretKey: () => string;
  /** @throws CliError that says how to get one */
  readonly publicKey: () => string;
  /** Where the keys come from. */
  readonly keySources: { readonly secret: string; readonly public: string };
}

/** @throws CliError (usage) naming every flag or variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv, flags: unknown): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const byFlag = parse(
    flagsSchema,
    flags,
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  const byVariable = parse(environmentSchema, given, (name) => name);
  return {
    apiUrl: byFlag.apiUrl ?? byVariable.SAZABI_API_URL,
    intakeUrl: byFlag.intakeUrl ?? byVariable.SAZABI_INTAKE_URL,
    internalUrl: byFlag.internalUrl ?? byVariable.INTERNAL_URL ?? `http://127.0.0.1:${byVariable.INTERNAL_PORT}`,
    internalToken: byVariable.INTERNAL_TOKEN,
    dataDir: byVariable.SAZABI_DATA_DIR,
    hasSecretKey: (byFlag.secretKey ?? byVariable.SAZABI_SECRET_KEY) !== undefined,
    hasPublicKey: (byFlag.publicKey ?? byVariable.SAZABI_PUBLIC_KEY) !== undefined,
    secretKey: () =>
      byFlag.secretKey ?? byVariable.SAZABI_SECRET_KEY ?? missingKey('secret', 'SAZABI_SECRET_KEY', 'sk'),
    publicKey: () =>
      byFlag.publicKey ?? byVariable.SAZABI_PUBLIC_KEY ?? missingKey('public', 'SAZABI_PUBLIC_KEY', 'pk'),
    keySources: {
      secret: byFlag.secretKey === undefined ? 'SAZABI_SECRET_KEY' : '--secret-key',
      public: byFlag.publicKey === undefined ? 'SAZABI_PUBLIC_KEY' : '--public-key',
    },
  };
}

function parse<T extends z.ZodType>(schema: T, value: unknown, nameOf: (name: string) => string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw usageError(parsed.error.issues.map((issue) => `${nameOf(String(issue.path[0]))} ${issue.message}.`).join('\n'));
}

/** For whoever has no key yet. */
export const WHERE_KEYS_ARE =
  'The first `npm start` prints one of each (elsewhere they are in first-keys.json in the data folder)';

function missingKey(type: 'secret' | 'public', variable: string, prefix: string): never {
  throw new CliError(
    [
      `No ${type} key. Set it with:  export ${variable}=${prefix}_live_sz_…`,
      `${WHERE_KEYS_ARE};`,
      `more are made with:  sazabi keys ${type}-keys create --name "…"`,
    ].join('\n'),
  );
}
