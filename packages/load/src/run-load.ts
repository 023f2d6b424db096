// One run: keys, bodies and connections are made, the load is driven and measured, and what it left is read back.
import { setTimeout as sleep } from 'node:timers/promises';
import { createSender, type Outcome, type Sender } from './http/sender.ts';
import {
  GATHERED_MS,
  KEY_OUTLIVES_RUN_MS,
  POOL_BODIES_MAX,
  PROBE_DEADLINE_MS,
  STOP_WAIT_MS,
  UNDER_WAY_BYTES_MAX,
  VERIFY_LOGS_MAX,
  VERIFY_REQUESTS_MAX,
} from './limits.ts';
import { type BodyPool, createBodyPool } from './logs/body-pool.ts';
import { createCostMeter } from './measure/cost-meter.ts';
import { createProber } from './measure/freshness.ts';
import { createMeasuring, type Measuring } from './measure/measuring.ts';
import { makeOwnKeys, type OwnKeys } from './own-keys.ts';
import { type Driven, driveClosedLoop, driveOpenLoop } from './pace/pace.ts';
import { createSchedule } from './pace/schedule.ts';
import type { LoadReport } from './report/report.ts';
import { mibText } from './report/text.ts';
import type { LoadOptions, Surroundings } from './run-options.ts';
import { createLedger, type Ledger } from './verify/ledger.ts';
import { verifyStored } from './verify/verify.ts';

/** A run that cannot be done as it was asked for; its message says why. */
export class LoadError extends Error {}

/**
 * Runs the load to its end. Keys that were made are revoked, however it ends. @throws LoadError; Error of the API's client, or of
 * the first request
 */
export async function runLoad(options: LoadOptions, surroundings: Surroundings): Promise<LoadReport> {
  const { access } = options;
  surroundings.onPhase('making logs');
  const pool = makePool(options);
  if (access.kind === 'given') return await loadWith(options, surroundings, pool, [access.publicKey], null);
  surroundings.onPhase('making keys');
  const expiresAtMs = Date.now() + options.warmUpMs + options.forMs + KEY_OUTLIVES_RUN_MS;
  const keys = await makeOwnKeys({ ...access, expiresAtMs });
  try {
    const publicKeys = keys.publicKeys.map(({ key }) => key);
    return await loadWith(options, surroundings, pool, publicKeys, keys);
  } finally {
    surroundings.onPhase('revoking keys');
    await keys
      .revoke()
      .catch((error: unknown) =>
        surroundings.onTrouble(
          `Not every key of this run could be revoked; what is left of them expires at ${new Date(expiresAtMs).toISOString()}. ${messageOf(error)}`,
        ),
      );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function loadWith(
  options: LoadOptions,
  surroundings: Surroundings,
  pool: BodyPool,
  publicKeys: readonly string[],
  keys: OwnKeys | null,
): Promise<LoadReport> {
  const [firstKey = ''] = publicKeys;
  await surroundings.expectAccepted(firstKey);
  const sender = createSender({
    ...options,
    url: new URL('v1/logs', withSlash(options.intakeUrl)),
    publicKeys,
    pool,
    idempotencyPrefix: options.idempotency ? `load-${Date.now().toString(36)}` : undefined,
  });
  const ledger = options.verifyForMs !== null && keys !== null ? createLedger(options.batch) : null;
  try {
    return await drive(options, surroundings, { pool, sender, ledger, keys });
  } finally {
    sender.close();
  }
}

interface Parts {
  readonly pool: BodyPool;
  readonly sender: Sender;
  readonly ledger: Ledger | null;
  readonly keys: OwnKeys | null;
}

async function drive(options: LoadOptions, surroundings: Surroundings, parts: Parts): Promise<LoadReport> {
  const { pool, ledger, keys, sender } = parts;
  const { stop, stopAll, onPhase } = surroundings;
  // Where clocks are set back while it runs, the times of logs begin later than this.
  const firstMs = Date.now() - GATHERED_MS;
  await driveOnce(options, parts, {
    forMs: options.warmUpMs,
    isWarmUp: true,
    stop,
    onOutcome: (outcome) => ledger?.add(outcome),
  });

  const meter = createCostMeter({
    ...options,
    apiUrl: options.access.kind === 'own' ? options.access.apiUrl : undefined,
    named: options.namedProcesses,
  });
  const prober =
    keys === null || options.probesPerSecond === 0
      ? null
      : createProber({
          ...keys,
          ids: pool.ids,
          batch: options.batch,
          everyMs: 1000 / options.probesPerSecond,
          stop: stopAll,
        });
  const measuring = createMeasuring(options, surroundings, meter);
  const startedAt = new Date().toISOString();
  const driven = await driveOnce(options, parts, {
    forMs: options.forMs,
    isWarmUp: false,
    stop,
    onOutcome: (outcome, startedMs) => {
      measuring.add(outcome, startedMs);
      ledger?.add(outcome);
      prober?.offer(outcome);
    },
  });
  measuring.endLoad();
  onPhase('waiting for probes');
  const freshness = (await prober?.finish(stop.aborted ? STOP_WAIT_MS : PROBE_DEADLINE_MS)) ?? null;
  await settle(options.settleMs, measuring, stop, onPhase);
  const report = measuring.report({ pool, driven, startedAt, freshness, isStopped: stop.aborted });
  sender.close();
  if (ledger === null || keys === null || options.verifyForMs === null || stopAll.aborted) return report;
  const verification = await verifyStored({
    api: keys.api,
    run: { projectId: keys.projectId, keyIds: keys.publicKeys.map(({ id }) => id), fromMs: firstMs, toMs: Date.now() },
    ledger,
    ids: pool.ids,
    stop: stopAll,
    deadlineMs: options.verifyForMs,
    onProgress: surroundings.onVerifying,
  }).catch((error: unknown) => {
    surroundings.onTrouble(`Not verified: ${messageOf(error)}`);
    return null;
  });
  return { ...report, verification };
}

interface DriveOnce {
  readonly forMs: number;
  readonly isWarmUp: boolean;
  readonly stop: AbortSignal;
  readonly onOutcome: (outcome: Outcome, startedMs: number) => void;
}

/** One loop of the kind that was asked for; the warm-up goes at the rate of the first step. */
async function driveOnce(options: LoadOptions, { sender, ledger }: Parts, once: DriveOnce): Promise<Driven> {
  const { batch, logsMax, steps } = options;
  const wanted = logsMax === undefined || once.isWarmUp ? Number.POSITIVE_INFINITY : Math.ceil(logsMax / batch);
  const kept = Math.min(VERIFY_REQUESTS_MAX, Math.floor(VERIFY_LOGS_MAX / batch)) - (ledger?.requests ?? 0);
  const given = { ...once, sender, requestsMax: ledger === null ? wanted : Math.min(wanted, kept) };
  if (steps === null) return await driveClosedLoop(given);
  const [first] = steps;
  const scheduled = once.isWarmUp && first !== undefined ? [{ ...first, forMs: once.forMs }] : steps;
  return await driveOpenLoop({ ...given, schedule: createSchedule(scheduled, batch) });
}

/** What is left to do after a load, merges above all, belongs to its cost. Without services of this machine nobody waits. */
async function settle(
  forMs: number,
  measuring: Measuring,
  stop: AbortSignal,
  onPhase: Surroundings['onPhase'],
): Promise<void> {
  if (!measuring.hasServices || forMs === 0 || stop.aborted) return;
  onPhase(`watching the services for ${forMs / 1000} s more`);
  await sleep(forMs, undefined, { signal: stop }).catch(() => undefined);
}

/** @throws LoadError where the bodies would be larger than the intake takes, or than memory should hold */
function makePool(options: LoadOptions): BodyPool {
  const { batch, connections, logsMax, steps, warmUpMs } = options;
  const { bodyBytesMax } = createBodyPool({ ...options, bodiesMin: 1, bodiesMax: 1 });
  if (bodyBytesMax * connections > UNDER_WAY_BYTES_MAX)
    throw new LoadError(
      `${connections} connections with bodies of ${mibText(bodyBytesMax)} are more than the ${mibText(UNDER_WAY_BYTES_MAX)} that may be under way: fewer --connections, or a smaller --batch.`,
    );
  // A short run needs no more bodies than it sends.
  const counted = logsMax === undefined ? Number.POSITIVE_INFINITY : Math.ceil(logsMax / batch);
  const scheduled = steps === null ? Number.POSITIVE_INFINITY : createSchedule(steps, batch).requests;
  const bodiesMax = warmUpMs === 0 ? Math.max(1, Math.min(POOL_BODIES_MAX, counted, scheduled)) : POOL_BODIES_MAX;
  return createBodyPool({ ...options, bodiesMin: connections, bodiesMax });
}

function withSlash(url: URL): URL {
  return url.href.endsWith('/') ? url : new URL(`${url.href}/`);
}
