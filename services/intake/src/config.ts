// The intake's settings, read from the environment once.
import { resolve } from 'node:path';
import {
  type BusConfig,
  busOf,
  busSettings,
  checkBus,
  checkInternal,
  checkTls,
  internalSettings,
  keyFeedUrlsSetting,
  type LogLevel,
  logLevelSetting,
  parseEnvironment,
  portSetting,
  publicSettings,
  rateLimitCapSetting,
  tlsFiles,
} from '@sazabi/lifecycle';
import { z } from 'zod';

export interface IntakeConfig {
  readonly host: string;
  readonly port: number;
  readonly internalHost: string;
  readonly internalPort: number;
  readonly internalToken: string | undefined;
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  readonly bus: BusConfig;
  /** The bus is a folder of the data directory, for want of BUS_URL. */
  readonly busIsUnset: boolean;
  /** Of records that wait on this disk for a Kafka that is away. */
  readonly spoolBytesMax: number;
  readonly keyFeedUrls: readonly string[];
  /** Caps every key's limit; null = no cap. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
}

const MIB = 1024 * 1024;
/** Three quarters of the address space that the spool maps. */
const SPOOL_MIB_MAX = 786_432;
const SPOOL_TEXT = `must be a whole number of MiB from 1 to ${SPOOL_MIB_MAX}`;

/** Every variable of this service; docs/settings.md is held against it. */
export const settingsSchema = z
  .object({
    ...publicSettings,
    ...internalSettings,
    INTAKE_PORT: portSetting(4318),
    INTAKE_INTERNAL_PORT: portSetting(4321),
    LOG_LEVEL: logLevelSetting.default('info'),
    SAZABI_DATA_DIR: z.string().default('./.sazabi'),
    ...busSettings,
    SPOOL_MAX_MIB: z.coerce
      .number(SPOOL_TEXT)
      .int(SPOOL_TEXT)
      .min(1, SPOOL_TEXT)
      .max(SPOOL_MIB_MAX, SPOOL_TEXT)
      .default(1024),
    KEY_FEED_URL: keyFeedUrlsSetting,
    RATE_LIMIT_MAX_PER_MINUTE: rateLimitCapSetting,
  })
  .superRefine(checkTls)
  .superRefine(checkInternal)
  .superRefine(checkBus);

/** @throws StartupError one line, naming every variable that is wrong */
export function parseConfig(environment: NodeJS.ProcessEnv): IntakeConfig {
  const env = parseEnvironment(settingsSchema, environment);
  const dataDir = resolve(env.SAZABI_DATA_DIR);
  return {
    host: env.HOST,
    port: env.INTAKE_PORT,
    internalHost: env.INTERNAL_HOST,
    internalPort: env.INTAKE_INTERNAL_PORT,
    internalToken: env.INTERNAL_TOKEN,
    logLevel: env.LOG_LEVEL,
    dataDir,
    bus: busOf(env, dataDir),
    busIsUnset: env.BUS_URL === undefined,
    spoolBytesMax: env.SPOOL_MAX_MIB * MIB,
    keyFeedUrls: env.KEY_FEED_URL,
    rateLimitMaxPerMinute: env.RATE_LIMIT_MAX_PER_MINUTE ?? null,
    trustedProxies: env.TRUSTED_PROXIES,
    tls: tlsFiles(env),
  };
}
