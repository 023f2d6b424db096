// The API's settings, parsed once from the environment; the only place that reads it.
import { join, resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel, parseEnvironment } from '@sazabi/lifecycle';
import { z } from 'zod';
import { INTERNAL_TOKEN_LENGTH_MIN } from './limits.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);

const settingsSchema = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    INTERNAL_HOST: z.string().default('127.0.0.1'),
    INTERNAL_TOKEN: z
      .string()
      .min(INTERNAL_TOKEN_LENGTH_MIN, `needs ${INTERNAL_TOKEN_LENGTH_MIN} characters or more`)
      .optional(),
    TRUSTED_PROXIES: z.string().optional(),
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
    API_PORT: port(4319),
    API_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
    INTERNAL_PORT: port(4320),
    DATABASE_URL: z.string().optional(),
    CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).optional(),
    CLICKHOUSE_READER_URL: z.url({ protocol: /^https?$/ }).optional(),
    RATE_LIMIT_MAX_PER_MINUTE: z.coerce.number().int().min(1).optional(),
    BOOTSTRAP_PUBLIC_KEY: z.string().optional(),
    BOOTSTRAP_SECRET_KEY: z.string().optional(),
  })
  .superRefine((settings, context) => {
    const wrong = (variable: string, message: string) =>
      context.addIssue({ code: 'custom', path: [variable], message });
    if (settings.CLICKHOUSE_READER_URL === undefined && settings.CLICKHOUSE_URL === undefined)
      wrong('CLICKHOUSE_READER_URL', 'is needed: http://reader:PASSWORD@HOST:8123/sazabi');
    if (!LOOPBACK.test(settings.INTERNAL_HOST) && settings.INTERNAL_TOKEN === undefined)
      wrong(
        'INTERNAL_TOKEN',
        `is needed where INTERNAL_HOST is not loopback (${INTERNAL_TOKEN_LENGTH_MIN} characters or more)`,
      );
    if ((settings.TLS_CERT_FILE === undefined) !== (settings.TLS_KEY_FILE === undefined))
      wrong('TLS_KEY_FILE', 'goes with TLS_CERT_FILE: set both or none');
  });

export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where browsers see the dashboard: its origin alone may use the API from a page. undefined = where we listen. */
  readonly publicUrl: string | undefined;
  readonly internal: { readonly host: string; readonly port: number; readonly token: string | undefined };
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly databaseUrl: string;
  /** The read-only user's. */
  readonly logStoreUrl: string;
  /** The operator's cap on what keys may set; null = none. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly bootstrap: { readonly publicKey: string | undefined; readonly secretKey: string | undefined };
}

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): Config {
  const settings = parseEnvironment(settingsSchema, environment);
  const dataDir = resolve(settings.SAZABI_DATA_DIR);
  return {
    host: settings.HOST,
    port: settings.API_PORT,
    publicUrl: settings.API_PUBLIC_URL,
    internal: { host: settings.INTERNAL_HOST, port: settings.INTERNAL_PORT, token: settings.INTERNAL_TOKEN },
    logLevel: settings.LOG_LEVEL,
    dataDir,
    trustedProxies: (settings.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((proxy) => proxy.trim())
      .filter((proxy) => proxy !== ''),
    tls:
      settings.TLS_CERT_FILE === undefined || settings.TLS_KEY_FILE === undefined
        ? null
        : { certFile: settings.TLS_CERT_FILE, keyFile: settings.TLS_KEY_FILE },
    databaseUrl: settings.DATABASE_URL ?? `pglite:${join(dataDir, 'control')}`,
    // One of the two is there: the schema has seen to it.
    logStoreUrl: settings.CLICKHOUSE_READER_URL ?? settings.CLICKHOUSE_URL ?? '',
    rateLimitMaxPerMinute: settings.RATE_LIMIT_MAX_PER_MINUTE ?? null,
    bootstrap: { publicKey: settings.BOOTSTRAP_PUBLIC_KEY, secretKey: settings.BOOTSTRAP_SECRET_KEY },
  };
}
