// The supervisor: engine, then API and consumer, then intake, each a child process; down again in the opposite order.
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, type Logger, type Running } from '@sazabi/lifecycle';
import { z } from 'zod';
import { type BannerFacts, banner } from './banner.ts';
import type { StandaloneConfig } from './config.ts';
import { takeDataFolder } from './data-folder.ts';
import { firstKeysFile, readFirstKeys, removeFirstKeys } from './first-keys.ts';
import { writeInternalToken } from './internal-token.ts';
import { SETTLE_DEADLINE_MS } from './limits.ts';
import { readableLine } from './log-output.ts';
import { type Parts, planParts, reachableUrl } from './parts.ts';
import { createProcessTable, untilPredecessorIsGone } from './process-table.ts';
import { createRawOutput } from './raw-output.ts';
import { untilReady } from './settle.ts';
import { createSystem, type System } from './system.ts';

/** Where a person or a program reads what happens. */
export interface Output {
  /** Whether a person watches: then the log is short and readable, and the first keys are shown. */
  readonly terminal: boolean;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/**
 * Starts everything; resolves when a log can be sent.
 * @throws StartupError of whichever part cannot start; all others are stopped again then
 */
export async function run(config: StandaloneConfig, output: Output, stopping: AbortSignal): Promise<Running> {
  const logLevel = config.logLevel ?? (output.terminal ? 'warn' : 'info');
  const writeLine = (part: string, line: string) =>
    output.error(`${output.terminal ? readableLine(part, line) : line}\n`);
  const logger = createLogger('standalone', logLevel, { write: (text) => writeLine('standalone', text.trimEnd()) });
  const raw = createRawOutput(logger, writeLine);
  // A second Ctrl-C and a stop past its deadline end the process without more.
  process.once('exit', raw.end);

  const folder = await takeDataFolder(config.dataDir);
  await untilPredecessorIsGone(config.dataDir, logger, stopping);
  stopping.throwIfAborted();
  const processes = createProcessTable(config.dataDir);
  processes.set('standalone', process.pid);
  const system = createSystem(logger, processes);
  const stop = async () => {
    await system.stop();
    raw.end();
    process.off('exit', raw.end);
    await folder.release();
  };
  stopping.addEventListener('abort', () => void system.stop());
  try {
    const parts = await planParts(config, logLevel, raw);
    writeInternalToken(config.dataDir, parts.internalToken);
    const up = await startInOrder(parts, system);
    await settle(up, parts.internalToken, logger, stopping);
    output.out(banner(bannerFacts(config.dataDir, up, output)));
    if (output.terminal) removeFirstKeys(config.dataDir);
    return {
      details: {
        intakeUrl: up.intake.url,
        apiUrl: up.queryApi.url,
        internalUrl: up.queryApi.internalUrl,
        clickHouseUrl: parts.clickHouseUrl,
      },
      failed: up.consumerReady.then(() => new Promise<never>(() => undefined)),
      kill: () => system.kill(),
      close: async () => {
        await stop();
        if (output.terminal) output.out('\n  Sazabi has stopped.\n');
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const addressesSchema = z.object({ url: z.string(), internalUrl: z.string() });
type Addresses = z.infer<typeof addressesSchema>;

interface Up {
  readonly queryApi: Addresses;
  readonly intake: Addresses;
  /** The consumer waits for its ClickHouse, however long that takes; rejects when it cannot start for another reason. */
  readonly consumerReady: Promise<unknown>;
}

async function startInOrder(parts: Parts, system: System): Promise<Up> {
  if (parts.engine !== null) await system.start(parts.engine).ready;
  const queryApi = system.start(parts.queryApi).ready;
  const consumerReady = system.start(parts.consumer).ready;
  // Whichever of the two fails first ends the start.
  const consumerFailed = consumerReady.then(() => new Promise<never>(() => undefined));
  const { details } = await Promise.race([queryApi, consumerFailed]);
  const intake = await Promise.race([system.start(parts.intake).ready, consumerFailed]);
  return {
    queryApi: addressesSchema.parse(details),
    intake: addressesSchema.parse(intake.details),
    consumerReady,
  };
}

/** Waits for the consumer and for the intake's keys, so that the lines of the banner work when they are pasted. */
async function settle(up: Up, token: string, logger: Logger, stopping: AbortSignal): Promise<void> {
  const deadline = new AbortController();
  const overdue = sleep(SETTLE_DEADLINE_MS, 'overdue' as const, { signal: deadline.signal, ref: false });
  overdue.catch(() => undefined);
  if ((await Promise.race([up.consumerReady, overdue])) === 'overdue')
    logger.warn(
      { event: 'consumer_not_ready' },
      'The consumer is not ready yet: logs are taken, and found once it is.',
    );
  const reason = await untilReady(up.intake.internalUrl, token, SETTLE_DEADLINE_MS, stopping);
  deadline.abort();
  if (reason !== null) logger.warn({ event: 'intake_not_ready', reason }, `The intake is not ready yet: ${reason}`);
}

function bannerFacts(dataDir: string, up: Up, output: Output): BannerFacts {
  const keys = readFirstKeys(dataDir);
  return {
    intakeUrl: reachableUrl(up.intake.url),
    apiUrl: reachableUrl(up.queryApi.url),
    dataDir,
    terminal: output.terminal,
    keys:
      keys === null
        ? { kind: 'known' }
        : output.terminal
          ? { kind: 'shown', keys }
          : { kind: 'in-file', file: firstKeysFile(dataDir) },
  };
}
