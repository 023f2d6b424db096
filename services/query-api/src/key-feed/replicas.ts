// This replica of the API among others: what they know of each other, and what a change of a key waits for on their side.

/** Where one process has the control store to itself, none of it costs anything. */
export interface Replicas {
  /** Replicas that live, this one included. */
  live(): number;
  /** Intakes that follow any replica; one that moves from one to another counts once. At least 1, as rate limits are divided by it. */
  liveIntakes(): number;
  /** Whether the control store answered when it was asked last. */
  controlStoreAnswers(): boolean;
  /** Says at once how our feeds stand; when it resolves, other replicas wait for them. Rejects where the store is away. */
  publish(): Promise<void>;
  /** Our feeds stand otherwise than before: said now if somebody may wait for it. */
  changed(): void;
  /** Resolves to true once the intakes of every other living replica have confirmed `seq`, to false after `timeoutMs`. */
  waitForOthers(seq: number, timeoutMs: number): Promise<boolean>;
  /** Begins to follow the others; to be called once the control store is ready. */
  start(): void;
  close(): Promise<void>;
}

/** @param intakeIds of those that follow us */
export function aloneOnStore(intakeIds: () => readonly string[]): Replicas {
  return {
    live: () => 1,
    liveIntakes: () => Math.max(1, intakeIds().length),
    controlStoreAnswers: () => true,
    publish: async () => undefined,
    changed: () => undefined,
    waitForOthers: async () => true,
    start: () => undefined,
    close: async () => undefined,
  };
}
