// The consumer's settings, parsed once.
import {
  type BusConfig,
  busOf,
  busSettings,
  checkBus,
  checkInternal,
  clickHouseUrlSetting,
  internalSettings,
  LOG_LEVELS,
  type LogLevel,
  parseEnvironment,
  portSetting,
} from '@sazabi/lifecycle';
import { z } from 'zod';

/** Every variable of this service; docs/settings.md is held against it. */
export const settingsSchema = z
  .object({
    ...internalSettings,
    CLICKHOUSE_URL: clickHouseUrlSetting,
    ...busSettings,
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    CONSUMER_INTERNAL_PORT: portSetting(4322),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  })
  .superRefine(checkInternal)
  .superRefine(checkBus);

export interface ConsumerConfig {
  readonly bus: BusConfig;
  /** With user, password and database. */
  readonly clickHouseUrl: string;
  readonly internal: { readonly host: string; readonly port: number; readonly token: string | undefined };
  readonly logLevel: LogLevel;
}

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): ConsumerConfig {
  const settings = parseEnvironment(settingsSchema, environment);
  return {
    bus: busOf(settings, settings.SAZABI_DATA_DIR),
    clickHouseUrl: settings.CLICKHOUSE_URL,
    internal: {
      host: settings.INTERNAL_HOST,
      port: settings.CONSUMER_INTERNAL_PORT,
      token: settings.INTERNAL_TOKEN,
    },
    logLevel: settings.LOG_LEVEL,
  };
}
