// Turns of matching rows: a few milliseconds of them in one turn of the event loop, however many tails there are, so that
// requests and the key feed are answered in between.
import { TAIL_SLICE_MS } from '../limits.ts';

/** The reading that most tails share comes first. */
export type SliceKind = 'live' | 'catch-up';

export interface Slices {
  /** Resolves when a slice may be worked off, in the same turn of the event loop; then the time of the turn is looked at. */
  begin(kind: SliceKind): Promise<void>;
  /** Whether the slice should end: ask now and then. */
  isOver(): boolean;
}

export function createSlices(sliceMs = TAIL_SLICE_MS): Slices {
  const waiting: Record<SliceKind, (() => void)[]> = { live: [], 'catch-up': [] };
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
    const next = waiting.live.shift() ?? waiting['catch-up'].shift();
    if (next === undefined) return;
    grant();
    next();
  };
  return {
    isOver,
    async begin(kind) {
      const isFree = waiting.live.length + waiting['catch-up'].length === 0 && (beganMs === null || !isOver());
      if (!isFree) await new Promise<void>((resolve) => waiting[kind].push(resolve));
      else grant();
    },
  };
}
