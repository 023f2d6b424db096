// Standalone's settings, parsed once, with those it only passes on: a wrong one ends the start before anything runs.
import { resolve } from 'node:path';
import { givenKeySetting } from '@sazabi/keys';
import {
  busSettings,
  checkBus,
  checkInternal,
  checkTls,
  clickHouseUrlSetting,
  databaseUrlSetting,
  internalSettings,
  type LogLevel,
  logLevelSetting,
  originSetting,
  parseEnvironment,
  portSetting,
  publicSettings,
  rateLimitCapSetting,
} from '@sazabi/lifecycle';
import { z } from 'zod';

/** Every variable of this service; docs/settings.md is held against it. */
export const settingsSchema = z
  .object({
    ...publicSettings,
    ...internalSettings,
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    LOG_LEVEL: logLevelSetting.optional(),
    INTAKE_PORT: portSetting(4318),
    INTAKE_INTERNAL_PORT: portSetting(4321),
    CONSUMER_INTERNAL_PORT: portSetting(4322),
    API_PORT: portSetting(4319),
    INTERNAL_PORT: portSetting(4320),
    CLICKHOUSE_URL: clickHouseUrlSetting.optional(),
    CLICKHOUSE_READER_URL: clickHouseUrlSetting.optional(),
    ...busSettings,
    DATABASE_URL: databaseUrlSetting,
    API_PUBLIC_URL: originSetting,
    INTAKE_PUBLIC_URL: originSetting,
    RATE_LIMIT_MAX_PER_MINUTE: rateLimitCapSetting,
    BOOTSTRAP_PUBLIC_KEY: givenKeySetting('public'),
    BOOTSTRAP_SECRET_KEY: givenKeySetting('secret'),
  })
  .superRefine(checkTls)
  .superRefine(checkInternal)
  .superRefine(checkBus);

export interface StandaloneConfig {
  /** Absolute: the engine needs that, and the children's working folder is nobody's business. */
  readonly dataDir: string;
  /** As set; unset, the level depends on whether a person watches. */
  readonly logLevel: LogLevel | undefined;
  readonly host: string;
  readonly internalHost: string;
  /** Where clients reach the intake, for the API's documentation; undefined = where it listens. */
  readonly intakeUrl: string | undefined;
  readonly tls: boolean;
  /** As set; unset, one is made for each run. */
  readonly internalToken: string | undefined;
  /** 0 = a free port, chosen once for the run. */
  readonly ports: {
    readonly intake: number;
    readonly intakeInternal: number;
    readonly consumerInternal: number;
    readonly api: number;
    readonly internal: number;
  };
  /** A ClickHouse of the operator's; undefined = the embedded one. */
  readonly clickHouse: { readonly url: string; readonly readerUrl: string } | undefined;
  /** Where the children's own settings are taken from. */
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): StandaloneConfig {
  const settings = parseEnvironment(settingsSchema, environment);
  const { CLICKHOUSE_URL: url } = settings;
  return {
    dataDir: resolve(settings.SAZABI_DATA_DIR),
    logLevel: settings.LOG_LEVEL,
    host: settings.HOST,
    internalHost: settings.INTERNAL_HOST,
    intakeUrl: settings.INTAKE_PUBLIC_URL,
    tls: settings.TLS_CERT_FILE !== undefined,
    internalToken: settings.INTERNAL_TOKEN,
    ports: {
      intake: settings.INTAKE_PORT,
      intakeInternal: settings.INTAKE_INTERNAL_PORT,
      consumerInternal: settings.CONSUMER_INTERNAL_PORT,
      api: settings.API_PORT,
      internal: settings.INTERNAL_PORT,
    },
    clickHouse: url === undefined ? undefined : { url, readerUrl: settings.CLICKHOUSE_READER_URL ?? url },
    environment,
  };
}
