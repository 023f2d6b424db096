// The consumer's settings, parsed once.
import {
  type BusConfig,
  busOf,
  busSettings,
  type ClusterConfig,
  checkBus,
  checkCluster,
  checkInternal,
  clickHouseUrlSetting,
  clusterOf,
  clusterSettings,
  internalSettings,
  type LogLevel,
  logLevelSetting,
  parseEnvironment,
  portSetting,
} from '@sazabi/lifecycle';
import { z } from 'zod';

/** Every variable of this service; docs/settings.md is held against it. */
export const settingsSchema = z
  .object({
    ...internalSettings,
    CLICKHOUSE_URL: clickHouseUrlSetting,
    ...clusterSettings,
    ...busSettings,
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    CONSUMER_INTERNAL_PORT: portSetting(4322),
    LOG_LEVEL: logLevelSetting.default('info'),
  })
  .superRefine(checkInternal)
  .superRefine(checkBus)
  .superRefine(checkCluster);

export interface ConsumerConfig {
  readonly bus: BusConfig;
  /** With user, password and database. */
  readonly clickHouseUrl: string;
  /** null: records are stored at `clickHouseUrl`; else that is where queries are asked. */
  readonly cluster: ClusterConfig | null;
  readonly internal: { readonly host: string; readonly port: number; readonly token: string | undefined };
  readonly logLevel: LogLevel;
}

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): ConsumerConfig {
  const settings = parseEnvironment(settingsSchema, environment);
  return {
    bus: busOf(settings, settings.SAZABI_DATA_DIR),
    clickHouseUrl: settings.CLICKHOUSE_URL,
    cluster: clusterOf(settings),
    internal: {
      host: settings.INTERNAL_HOST,
      port: settings.CONSUMER_INTERNAL_PORT,
      token: settings.INTERNAL_TOKEN,
    },
    logLevel: settings.LOG_LEVEL,
  };
}
