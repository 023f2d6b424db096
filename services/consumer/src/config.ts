// The consumer's settings, parsed once.
import { join, resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel, parseEnvironment } from '@sazabi/lifecycle';
import { z } from 'zod';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const TOKEN_CHARACTERS_MIN = 32;

const settingsSchema = z
  .object({
    CLICKHOUSE_URL: z.url({ protocol: /^https?$/, error: 'must be http://user:password@host:port/database' }),
    BUS_URL: z.string().optional(),
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    CONSUMER_INTERNAL_PORT: z.coerce.number().int().min(0).max(65_535).default(4322),
    INTERNAL_HOST: z.string().default('127.0.0.1'),
    INTERNAL_TOKEN: z.string().optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  })
  .refine(
    ({ INTERNAL_HOST, INTERNAL_TOKEN }) =>
      LOOPBACK.has(INTERNAL_HOST) || (INTERNAL_TOKEN ?? '').length >= TOKEN_CHARACTERS_MIN,
    {
      path: ['INTERNAL_TOKEN'],
      message: `needs ${TOKEN_CHARACTERS_MIN} characters or more where INTERNAL_HOST is not loopback`,
    },
  );

export interface ConsumerConfig {
  readonly busUrl: string;
  /** With user, password and database. */
  readonly clickHouseUrl: string;
  readonly internal: { readonly host: string; readonly port: number; readonly token: string | undefined };
  readonly logLevel: LogLevel;
}

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): ConsumerConfig {
  const settings = parseEnvironment(settingsSchema, environment);
  return {
    busUrl: settings.BUS_URL ?? `lmdb:${join(resolve(settings.SAZABI_DATA_DIR), 'bus')}`,
    clickHouseUrl: settings.CLICKHOUSE_URL,
    internal: {
      host: settings.INTERNAL_HOST,
      port: settings.CONSUMER_INTERNAL_PORT,
      token: settings.INTERNAL_TOKEN,
    },
    logLevel: settings.LOG_LEVEL,
  };
}
