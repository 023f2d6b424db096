// The API's settings, parsed once from the environment; the only place that reads it.
import { join, resolve } from 'node:path';
import { givenKeySetting } from '@sazabi/keys';
import {
  type BusConfig,
  busOf,
  busSettings,
  type ClusterConfig,
  checkBus,
  checkCluster,
  checkInternal,
  checkTls,
  clickHouseUrlSetting,
  clusterOf,
  clusterSettings,
  databaseUrlSetting,
  internalSettings,
  type LogLevel,
  logLevelSetting,
  originSetting,
  parseEnvironment,
  portSetting,
  publicSettings,
  rateLimitCapSetting,
  tlsFiles,
} from '@sazabi/lifecycle';
import { z } from 'zod';

const MINUTES_TEXT = 'must be a number of minutes from 1 to 720';

/** Every variable of this service; docs/settings.md is held against it. */
export const settingsSchema = z
  .object({
    ...publicSettings,
    ...internalSettings,
    LOG_LEVEL: logLevelSetting.default('info'),
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    API_PORT: portSetting(4319),
    API_PUBLIC_URL: originSetting,
    INTAKE_PUBLIC_URL: originSetting.default('http://127.0.0.1:4318'),
    INTERNAL_PORT: portSetting(4320),
    ...busSettings,
    DATABASE_URL: databaseUrlSetting,
    CLICKHOUSE_URL: clickHouseUrlSetting,
    CLICKHOUSE_READER_URL: clickHouseUrlSetting.optional(),
    ...clusterSettings,
    MAINTENANCE_INTERVAL_MINUTES: z.coerce
      .number(MINUTES_TEXT)
      .int(MINUTES_TEXT)
      .min(1, MINUTES_TEXT)
      .max(720, MINUTES_TEXT)
      .default(60),
    RATE_LIMIT_MAX_PER_MINUTE: rateLimitCapSetting,
    BOOTSTRAP_PUBLIC_KEY: givenKeySetting('public'),
    BOOTSTRAP_SECRET_KEY: givenKeySetting('secret'),
  })
  .superRefine(checkTls)
  .superRefine(checkInternal)
  .superRefine(checkBus)
  .superRefine(checkCluster);

export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where browsers see the dashboard: its origin alone may use the API from a page. undefined = where we listen. */
  readonly publicUrl: string | undefined;
  /** Where clients reach the intake, for the documentation. */
  readonly intakeUrl: string;
  readonly internal: { readonly host: string; readonly port: number; readonly token: string | undefined };
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly databaseUrl: string;
  /** For replays of dead letters. */
  readonly bus: BusConfig;
  /** The read-only user's. */
  readonly logStoreUrl: string;
  /** The user's that may write: dead letters. */
  readonly letterStoreUrl: string;
  /** The work that is done by the hour on the log store, as the user that may write. */
  readonly maintenance: {
    readonly clickHouseUrl: string;
    /** null: one server. */
    readonly cluster: ClusterConfig | null;
    readonly intervalMs: number;
  };
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
    intakeUrl: settings.INTAKE_PUBLIC_URL,
    internal: { host: settings.INTERNAL_HOST, port: settings.INTERNAL_PORT, token: settings.INTERNAL_TOKEN },
    logLevel: settings.LOG_LEVEL,
    dataDir,
    trustedProxies: settings.TRUSTED_PROXIES,
    tls: tlsFiles(settings),
    bus: busOf(settings, dataDir),
    databaseUrl: settings.DATABASE_URL ?? `pglite:${join(dataDir, 'control')}`,
    logStoreUrl: settings.CLICKHOUSE_READER_URL ?? settings.CLICKHOUSE_URL,
    letterStoreUrl: settings.CLICKHOUSE_URL,
    maintenance: {
      clickHouseUrl: settings.CLICKHOUSE_URL,
      cluster: clusterOf(settings),
      intervalMs: settings.MAINTENANCE_INTERVAL_MINUTES * 60_000,
    },
    rateLimitMaxPerMinute: settings.RATE_LIMIT_MAX_PER_MINUTE ?? null,
    bootstrap: { publicKey: settings.BOOTSTRAP_PUBLIC_KEY, secretKey: settings.BOOTSTRAP_SECRET_KEY },
  };
}
