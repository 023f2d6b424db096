// Wires the intake, top to bottom.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, BusProducer } from '@sazabi/bus';
import type { ErrorCode } from '@sazabi/contract';
import {
  createKeySnapshot,
  createKeyUsage,
  createQuotaUse,
  createRateLimiter,
  type KeyFeedClient,
  type KeyUsageCounts,
  type QuotaUse,
  startKeyFeedClient,
} from '@sazabi/keys';
import { createLogger, type Logger, type Running, startInternalServer } from '@sazabi/lifecycle';
import packageJson from '../package.json' with { type: 'json' };
import { createGroupCommit, type GroupCommit, type GroupCommitOptions } from './batch/group-commit.ts';
import { createAppendWatch } from './bus/append-watch.ts';
import { makeBus, openIntakeBus, warnOfFolder } from './bus/intake-bus.ts';
import { createBytesBudget } from './bytes-budget.ts';
import type { IntakeConfig } from './config.ts';
import { takeIntakeFolder } from './data-folder.ts';
import { createInflater } from './decompress/inflate.ts';
import { collectSeldom, keepYoungSpaceSmall } from './garbage-collection.ts';
import { createClientAddress } from './http/client-address.ts';
import { answerError, type Exchange, internalError } from './http/exchange.ts';
import { createRoutes, type Guard } from './http/routes.ts';
import { startServer } from './http/server.ts';
import { createAdmission, type KeySource } from './ingest/admission.ts';
import { createIngest } from './ingest/ingest.ts';
import { createLoadShedding, type LoadShedding } from './ingest/load-shedding.ts';
import { createRateLook } from './ingest/rate-look.ts';
import { settle, type Write } from './ingest/write.ts';
import {
  BODIES_BYTES_MAX,
  FIRST_BUS_WAIT_MS,
  FIRST_FEED_POLL_MS,
  FIRST_FEED_WAIT_MS,
  STOP_DRAIN_MS,
  WAITING_BYTES_MAX,
} from './limits.ts';
import { createIntakeMetrics } from './metrics.ts';
import { createOpenRequests } from './open-requests.ts';
import { readiness, tellWhenReady } from './readiness.ts';
import { busNotReached, stopping } from './refusals.ts';

/** Other parts than the configured ones: a bus that is open already, keys from elsewhere. The intake closes them. */
export interface IntakeOverrides {
  readonly bus?: Bus;
  readonly keys?: KeySource;
  /** What is reported with keys that come from the API. */
  readonly usage?: KeyUsageCounts;
  readonly quotas?: QuotaUse;
  readonly logger?: Logger;
  readonly now?: () => number;
  /** Monotonic, in milliseconds: what waiting is measured by. */
  readonly clock?: () => number;
  /** Who is refused for want of time: to measure what a refusal costs. */
  readonly shedding?: LoadShedding;
  /** No supervisor has started a consumer beside. */
  readonly isAlone?: boolean;
}

export interface RunningIntake extends Running {
  readonly url: string;
  readonly internalUrl: string;
}

/** Starts the intake. @throws StartupError for what the operator can mend */
export async function run(config: IntakeConfig, overrides: IntakeOverrides = {}): Promise<RunningIntake> {
  collectSeldom();
  keepYoungSpaceSmall();
  const logger = overrides.logger ?? createLogger('intake', config.logLevel);
  /** What a stop ends, last opened first; a start that fails ends what it had opened. */
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const addresses = await start(config, overrides, logger, closers);
    return { ...addresses, details: addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  config: IntakeConfig,
  overrides: IntakeOverrides,
  logger: Logger,
  closers: (() => Promise<void> | void)[],
): Promise<{ url: string; internalUrl: string }> {
  const folder = await takeIntakeFolder(config.dataDir);
  closers.push(() => folder.release());
  if (overrides.isAlone === true && config.busIsUnset) warnOfFolder(config, logger);
  const made = overrides.bus ?? makeBus(config, logger);
  closers.push(() => made.close());
  const { bus, spool, producer } = await openIntakeBus(made);
  const usage = overrides.usage ?? createKeyUsage();
  const quotas = overrides.quotas ?? createQuotaUse();
  const keys = overrides.keys ?? (await followKeys(config, usage, quotas, logger));
  closers.push(() => keys.close());

  const bodyBytes = createBytesBudget(BODIES_BYTES_MAX);
  const waitingBytes = createBytesBudget(WAITING_BYTES_MAX);
  const sources = { keys, bodies: bodyBytes, waiting: waitingBytes, spool };
  const { registry, counts, appended } = createIntakeMetrics(sources);
  const requests = createOpenRequests(counts);
  const watch = createAppendWatch(logger);
  const { clock = () => performance.now() } = overrides;
  const shedding = overrides.shedding ?? createLoadShedding({ waitingBytes, shed: counts.shedRequests, now: clock });
  const commit = createCommitOf(producer, {
    waitingBytes,
    settle,
    appended(append) {
      appended(append);
      watch.appended(append);
      shedding.appended(append);
    },
  });
  const readinessFor = (forOperator: boolean) => () =>
    readiness({ bus, spool, keys, isStopping: requests.isStopping(), forOperator });
  const notReady = readinessFor(true);
  const internal = await startInternalServer({
    host: config.internalHost,
    port: config.internalPort,
    portVariable: 'INTAKE_INTERNAL_PORT',
    token: config.internalToken,
    metrics: registry,
    notReady,
  });
  closers.push(() => internal.close());
  await Promise.race([commit.made, sleep(FIRST_BUS_WAIT_MS, undefined, { ref: false })]);

  const closedFor = () => {
    if (requests.isStopping()) return stopping();
    return commit.now() === null ? busNotReached() : watch.refusal();
  };
  const { rateLimitMaxPerMinute } = config;
  const limiter = createRateLimiter();
  const room = { bodyBytes, waitingBytes, shedding, closedFor };
  const addressOf = createClientAddress(config.trustedProxies);
  const admit = createAdmission({
    keys,
    limiter,
    usage,
    quotas,
    rateLimitMaxPerMinute,
    ...room,
    addressOf: ({ response }: Exchange, head) =>
      addressOf(Buffer.from(response.getRemoteAddressAsText()).toString('latin1'), head.forwardedFor),
  });
  const refused = (keyId: string, code: ErrorCode) => {
    usage.refused(keyId, code);
    counts.refusedRequests.set(code, (counts.refusedRequests.get(code) ?? 0) + 1);
  };
  const guard = createGuard(logger);
  const inflater = createInflater();
  const now = overrides.now ?? Date.now;
  const ingest = createIngest({ admit, shedding, inflater, commit: commit.now, usage, counts, now, guard });
  const server = await startServer({
    host: config.host,
    port: config.port,
    tls: config.tls,
    counts,
    handle: createRoutes({
      ingest,
      lookAtRate: createRateLook({ keys, limiter, rateLimitMaxPerMinute, now }),
      exchange: { ...requests, generateRequestId: createRequestIds(), refused },
      version: { name: 'sazabi-intake', version: packageJson.version },
      notReady: readinessFor(false),
      guard,
    }),
  });
  closers.push(async () => {
    server.stopListening();
    await requests.stop(STOP_DRAIN_MS);
    await commit.now()?.drained();
    server.close();
  });
  const addresses = { url: server.url, internalUrl: internal.url };
  closers.push(await tellWhenReady(logger, addresses, notReady));
  return addresses;
}

interface CommitOf {
  /** null until the bus has been reached. */
  readonly now: () => GroupCommit<Write> | null;
  /** Resolves when it is there; never where the bus closes first. */
  readonly made: Promise<void>;
}

/** The group commit onto a producer that may come later. */
function createCommitOf(
  producer: Promise<BusProducer>,
  options: Omit<GroupCommitOptions<Write>, 'producer'>,
): CommitOf {
  let commit: GroupCommit<Write> | null = null;
  const made = new Promise<void>((resolve) => {
    // Its rejection is the close of the bus: nothing comes any more.
    producer.then(
      (opened) => {
        commit = createGroupCommit<Write>({ producer: opened, ...options });
        resolve();
      },
      () => undefined,
    );
  });
  return { now: () => commit, made };
}

async function followKeys(
  config: IntakeConfig,
  usage: KeyUsageCounts,
  quotas: QuotaUse,
  logger: Logger,
): Promise<KeySource> {
  const snapshot = createKeySnapshot();
  const client = await startKeyFeedClient({
    urls: config.keyFeedUrls,
    token: config.internalToken,
    snapshot,
    snapshotPath: join(config.dataDir, 'intake', 'keys'),
    usage,
    quotas,
    logger,
  });
  await untilFollowed(client);
  return { snapshot, ...client };
}

/**
 * The copy on disk may be older than a key's revocation that an intake had confirmed before it was killed: so the API is
 * waited for, and the copy is for a start without it.
 */
async function untilFollowed(client: KeyFeedClient): Promise<void> {
  const deadlineMs = performance.now() + FIRST_FEED_WAIT_MS;
  while (!client.connected() && performance.now() < deadlineMs) await sleep(FIRST_FEED_POLL_MS);
}

/** What nobody expected ends the request with a 500, not the process; it is logged once, with the request's id. */
function createGuard(logger: Logger): Guard {
  return (exchange, work, argument) => {
    try {
      work(exchange, argument);
    } catch (error) {
      logger.error({ event: 'request_failed', requestId: exchange.requestId, err: error }, 'A request failed.');
      answerError(exchange, internalError());
    }
  };
}

/** Ids for requests that bring none: unique by a random start of the process and a count; a UUID costs 1 us. */
function createRequestIds(): () => string {
  const start = randomBytes(9).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${start}.${count.toString(36)}`;
  };
}
