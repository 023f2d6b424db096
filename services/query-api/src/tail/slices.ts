// Turns of matching rows: a few milliseconds of them in one turn of the event loop, however many tails there are, so that
// requests and the key feed are answered in between.
import { TAIL_SLICE_MS } from '../limits.ts';
import { createFairQueue } from './fair-queue.ts';

/** The reading that most tails share comes first; then one organization after the other. */
export type SliceKind = 'live' | { readonly catchUpOf: string };

export interface Slices {
  /** Resolves when a slice may be worked off, in the same turn of the event loop; then the time of the turn is looked at. */
  begin(kind: SliceKind): Promise<void>;
  /** Whether the slice should end: ask now and then. */
  isOver(): boolean;
}

export function createSlices(sliceMs = TAIL_SLICE_MS): Slices {
  const waitingLive: (() => void)[] = [];
  const waiting = createFairQueue();
  /** When work of this turn of the event loop began; null: none was done in it yet. */
  let beganMs: number | null = null;
  // Whoever waited for something else has left its turn.
  const isOver = () => beganMs === null || performance.now() - beganMs >= sliceMs;
  const grant = () => {
    if (beganMs === null) setImmediate(nextTurn);
    beganMs ??= performance.now();
  };
  const nextTurn = () => {
    beganMs = null;
    const next = waitingLive.shift() ?? waiting.shift();
    if (next === undefined) return;
    grant();
    next();
  };
  return {
    isOver,
    async begin(kind) {
      const isFree = waitingLive.length === 0 && waiting.isEmpty() && (beganMs === null || !isOver());
      if (isFree) return grant();
      await new Promise<void>((resolve) => {
        if (kind === 'live') waitingLive.push(resolve);
        else waiting.push(kind.catchUpOf, resolve);
      });
    },
  };
}
