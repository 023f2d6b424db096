// The intake's settings, read from the environment once.
import { resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel, parseEnvironment, StartupError } from '@sazabi/lifecycle';
import { z } from 'zod';
import { createClientAddress } from './http/client-address.ts';

export interface IntakeConfig {
  readonly host: string;
  readonly port: number;
  readonly internalHost: string;
  readonly internalPort: number;
  readonly internalToken: string | undefined;
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  readonly busUrl: string;
  readonly keyFeedUrl: string;
  /** Caps every key's limit; null = no cap. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const TOKEN_CHARACTERS_MIN = 32;

const port = z.coerce.number('must be a port number').int().min(0).max(65_535);
const schema = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    INTAKE_PORT: port.default(4318),
    INTERNAL_HOST: z.string().default('127.0.0.1'),
    INTAKE_INTERNAL_PORT: port.default(4321),
    INTERNAL_TOKEN: z.string().optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    BUS_URL: z.string().optional(),
    KEY_FEED_URL: z.url().default('http://127.0.0.1:4320'),
    RATE_LIMIT_MAX_PER_MINUTE: z.coerce.number('must be a number of requests').int().positive().optional(),
    TRUSTED_PROXIES: z.string().default(''),
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
  })
  .refine((env) => (env.TLS_CERT_FILE === undefined) === (env.TLS_KEY_FILE === undefined), {
    path: ['TLS_CERT_FILE'],
    message: 'set TLS_CERT_FILE and TLS_KEY_FILE together',
  })
  .refine((env) => LOOPBACK.test(env.INTERNAL_HOST) || (env.INTERNAL_TOKEN ?? '').length >= TOKEN_CHARACTERS_MIN, {
    path: ['INTERNAL_TOKEN'],
    message: `needs ${TOKEN_CHARACTERS_MIN} characters or more where INTERNAL_HOST is not loopback`,
  });

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): IntakeConfig {
  const env = parseEnvironment(schema, environment);
  const dataDir = resolve(env.SAZABI_DATA_DIR);
  const trustedProxies = env.TRUSTED_PROXIES.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  try {
    createClientAddress(trustedProxies);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StartupError(`Settings are wrong. TRUSTED_PROXIES: ${error.message}.`, { cause: error });
  }
  return {
    host: env.HOST,
    port: env.INTAKE_PORT,
    internalHost: env.INTERNAL_HOST,
    internalPort: env.INTAKE_INTERNAL_PORT,
    internalToken: env.INTERNAL_TOKEN,
    logLevel: env.LOG_LEVEL,
    dataDir,
    busUrl: env.BUS_URL ?? `lmdb:${resolve(dataDir, 'bus')}`,
    keyFeedUrl: env.KEY_FEED_URL,
    rateLimitMaxPerMinute: env.RATE_LIMIT_MAX_PER_MINUTE ?? null,
    trustedProxies,
    tls:
      env.TLS_CERT_FILE === undefined || env.TLS_KEY_FILE === undefined
        ? null
        : { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE },
  };
}
