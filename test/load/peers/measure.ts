// Measures one line of one column: CPU of a server's processes while wrk drives it, and until its work after that is done.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgetPeakMemory, treeCpuSeconds, treePeakMemoryMib } from '../process-tree.ts';
import { contentHeaders, type Encoding, writeBodies } from './bodies.ts';
import { LOADS, type LoadName } from './lines.ts';
import type { Peer, PeerId, RunningPeer } from './peer.ts';
import { runWrk, type WrkFigures } from './wrk.ts';

/** What the little load of a warm-up leaves behind is done by then, with the slowest too: VictoriaLogs flushes after 5 s. */
const WARM_UP_SETTLE_MS_MAX = 5000;

export interface MeasureOptions {
  /** Of wrk, as measured. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly seed: number;
}

export interface Measurement {
  readonly peer: PeerId;
  readonly encoding: Encoding;
  readonly load: LoadName;
  readonly round: number;
  readonly bytesPerLog: number;
  readonly acknowledgedLogs: number;
  /** Of all answers, 0 to 1. */
  readonly refusedShare: number;
  /** Connections that broke, and answers that never came. */
  readonly broken: number;
  /** CPU-seconds per million acknowledged logs when the last answer was given: of the processes that answer. */
  readonly cpuAtAnswer: number;
  /** The same when the work after the answers was done: of all processes. */
  readonly cpuInAll: number;
  readonly logsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakMemoryMib: number;
}

export interface Turn {
  readonly peer: Peer;
  readonly running: RunningPeer;
  readonly encoding: Encoding;
  readonly load: LoadName;
  readonly round: number;
  /** Whether it has had load of this kind since it was started. */
  readonly isWarm: boolean;
  /** For bodies; emptied afterwards. */
  readonly folder: string;
}

/** @throws Error where wrk gives no figures, where nothing is acknowledged, or where what was acknowledged is not found */
export async function measure(turn: Turn, options: MeasureOptions): Promise<Measurement> {
  const { peer, running, encoding, load } = turn;
  const { batch } = LOADS[load];
  const bodiesFolder = join(turn.folder, 'bodies');
  const bytesPerLog = writeBodies(bodiesFolder, encoding, LOADS[load], options.seed);
  const headers = { ...contentHeaders(encoding, LOADS[load]), ...running.headers(encoding) };
  const drive = (seconds: number) =>
    runWrk({ url: running.url(encoding), headers, bodiesFolder, connections: options.connections, seconds });
  const settle = async (figures: WrkFigures, forMs: number) => {
    await running.settled(figures.acknowledged * batch);
    await sleep(forMs);
  };
  try {
    if (!turn.isWarm) await settle(await drive(options.warmUpSeconds), Math.min(peer.settleMs, WARM_UP_SETTLE_MS_MAX));
    const answeringPid = running.answeringPid ?? running.pid;
    forgetPeakMemory(running.pid);
    const answeringBefore = treeCpuSeconds(answeringPid);
    const allBefore = treeCpuSeconds(running.pid);
    const figures = await drive(options.seconds);
    const answering = treeCpuSeconds(answeringPid) - answeringBefore;
    const acknowledgedLogs = figures.acknowledged * batch;
    if (acknowledgedLogs === 0) throw new Error(`Nothing was acknowledged, ${figures.refused} requests were refused.`);
    await settle(figures, peer.settleMs);
    const all = treeCpuSeconds(running.pid) - allBefore;
    return {
      peer: peer.id,
      encoding,
      load,
      round: turn.round,
      bytesPerLog,
      acknowledgedLogs,
      refusedShare: figures.refused / (figures.refused + figures.acknowledged),
      broken: figures.broken,
      cpuAtAnswer: (answering / acknowledgedLogs) * 1e6,
      cpuInAll: (all / acknowledgedLogs) * 1e6,
      logsPerSecond: acknowledgedLogs / figures.seconds,
      p50Ms: figures.p50Ms,
      p99Ms: figures.p99Ms,
      peakMemoryMib: treePeakMemoryMib(running.pid),
    };
  } finally {
    rmSync(bodiesFolder, { recursive: true, force: true });
  }
}

/** Starts a peer on a folder of its own, uses it and removes both, whatever happens. */
export async function withPeer<T>(peer: Peer, folder: string, use: (running: RunningPeer) => Promise<T>): Promise<T> {
  const own = join(folder, peer.id);
  mkdirSync(own);
  try {
    const running = await peer.start(own);
    try {
      return await use(running);
    } finally {
      await running.stop();
    }
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
