// What the measurement needs to know of a server that takes logs.
import type { Encoding } from './bodies.ts';

export interface Peer {
  readonly id: PeerId;
  readonly name: string;
  readonly version: string;
  /** What its 2xx means for the logs of the request. */
  readonly acknowledgement: string;
  /** Its work after the answer (merges, a queue's drain) that is part of the price is done in this time. */
  readonly settleMs: number;
  /** @param folder an empty one for its files */
  start(folder: string): Promise<RunningPeer>;
}

export type PeerId =
  | 'nginx'
  | 'uws-read'
  | 'uws-parse'
  | 'otelcol-nop'
  | 'otelcol-batch'
  | 'otelcol-queue'
  | 'otelcol-queue-fsync'
  | 'victoria-logs'
  | 'sazabi';

export interface RunningPeer {
  /** It and what it starts is the whole that is billed. */
  readonly pid: number;
  /** The process that answers requests, where others do the rest; what is billed at the acknowledgement is its time alone. */
  readonly answeringPid?: number;
  url(encoding: Encoding): string;
  headers(encoding: Encoding): Readonly<Record<string, string>>;
  /** Resolves when what was acknowledged since the last call has arrived where it is meant to. */
  settled(acknowledgedLogs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Why a peer cannot be measured here, and how to get it. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export const isLeftOut = (found: Peer | LeftOut): found is LeftOut => 'reason' in found;
export const isPeer = (found: Peer | LeftOut): found is Peer => !isLeftOut(found);
