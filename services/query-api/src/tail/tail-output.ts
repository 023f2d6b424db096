// What leaves to one tail: events while its reader takes them; past a bound they are counted, not held (invariant I6).
import type { ServerResponse } from 'node:http';
import type { TailLagged } from '@sazabi/contract/schemas';
import { laggedEvent } from './events.ts';

export interface TailOutput {
  /** A row's event, to leave with the next flush; counted instead where the reader is behind. */
  row(event: Buffer): void;
  /** The same, never counted: the caller waits for the reader. */
  take(event: Buffer): void;
  /** A row that was not looked at, counted: it may have been one of this tail. */
  passOver(): void;
  /** Sends what was taken. The same rows to the next output are the same bytes, in memory once. */
  flush(joined: JoinedEvents): void;
  /** Anything but a row: leaves at once, whatever waits. */
  send(event: Buffer): void;
  /** Resolves when no more than this waits for the reader, when it has gone, or after `withinMs`. */
  drained(waitingBytesMax: number, withinMs?: number): Promise<void>;
  /** Bytes that wait for the reader, or for the next flush. */
  waitingBytes(): number;
  /** So many may wait for this reader now: its share. */
  bytesMax(): number;
  isOpen(): boolean;
  /** Ends it, with a last event or without; at once where its reader is behind: a stop does not wait for readers. */
  end(last?: Buffer): void;
}

export interface OutputParts {
  /** Bytes that may wait for this reader now. */
  readonly bytesMax: () => number;
  /** The id of where the tail stands now. */
  readonly id: () => string;
  readonly sent: (rows: number) => void;
  readonly lagged: (rows: number) => void;
}

export function createTailOutput(response: ServerResponse, { bytesMax, id, sent, lagged }: OutputParts): TailOutput {
  let events: Buffer[] = [];
  let heldBytes = 0;
  /** Bytes that were given to be sent and have not left this process. */
  let waitingBytes = 0;
  /** Rows counted since the reader fell behind, or was passed over. */
  let missed = 0;
  let isExact = true;
  const waiters: (() => void)[] = [];
  const isOpen = () => !response.destroyed && !response.writableEnded;
  const wake = () => {
    for (const waiter of waiters.splice(0)) waiter();
  };
  const write = (bytes: Buffer) => {
    if (!isOpen()) return;
    waitingBytes += bytes.byteLength;
    response.write(bytes, () => taken(bytes.byteLength));
  };
  const taken = (byteLength: number) => {
    waitingBytes -= byteLength;
    // Behind the rows that were taken before.
    if (waitingBytes === 0 && heldBytes === 0 && missed > 0) tellMissed();
    wake();
  };
  const tellMissed = () => {
    const told: TailLagged = { count: missed, exact: isExact };
    lagged(missed);
    [missed, isExact] = [0, true];
    write(laggedEvent(id(), told));
  };
  response.once('close', wake);
  const take = (event: Buffer) => {
    events.push(event);
    heldBytes += event.byteLength;
  };
  return {
    row(event) {
      const bytes = waitingBytes + heldBytes;
      // A single row always fits: one that is larger than the bound would never be shown.
      if (missed > 0 || (bytes > 0 && bytes + event.byteLength > bytesMax())) missed += 1;
      else take(event);
    },
    passOver() {
      missed += 1;
      isExact = false;
    },
    take,
    flush(joined) {
      if (events.length > 0) {
        sent(events.length);
        write(joined(events));
        events = [];
        heldBytes = 0;
      } else if (missed > 0 && waitingBytes === 0) tellMissed();
    },
    send: write,
    async drained(waitingBytesMax, withinMs) {
      let isLate = false;
      const late = () => {
        isLate = true;
        wake();
      };
      const timer = withinMs === undefined ? undefined : setTimeout(late, withinMs);
      while (waitingBytes > waitingBytesMax && isOpen() && !isLate)
        await new Promise<void>((resolve) => waiters.push(resolve));
      clearTimeout(timer);
    },
    waitingBytes: () => waitingBytes + heldBytes,
    bytesMax,
    isOpen,
    end(last) {
      if (!isOpen()) return;
      if (waitingBytes > 0) response.destroy();
      else response.end(last);
    },
  };
}

/** Events as one buffer. */
export type JoinedEvents = (events: readonly Buffer[]) => Buffer;

/** Joins events, and gives the buffer of before for the same ones: tails with the same selection share it. */
export function createJoinedEvents(): JoinedEvents {
  let before: readonly Buffer[] = [];
  let joined = Buffer.alloc(0);
  return (events) => {
    const isSame = events.length === before.length && events.every((event, at) => event === before[at]);
    if (!isSame) [before, joined] = [events, Buffer.concat(events)];
    return joined;
  };
}
