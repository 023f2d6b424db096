// What the supervisor keeps alive: one process, of a service of ours or of the engine.

/** A part that is up. */
export interface RunningPart {
  readonly pid: number;
  /** What it said with 'ready': addresses, first keys. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Resolves when it ends without having been asked to, with what it did, to be said after its name: `exited with code 1`. */
  readonly died: Promise<string>;
  /** What the engine put aside at this start, to be told once. */
  readonly setAside?: readonly string[];
  /** Resolves when the process is gone, within its deadline. */
  stop(): Promise<void>;
}

export interface PartStart {
  /** Aborted when the stop comes before the part is ready: the process is ended and the start rejects. */
  readonly stopping: AbortSignal;
  /** Told as soon as there is a process. */
  readonly spawned: (pid: number) => void;
}

export interface Part {
  readonly name: string;
  /** Resolves when the part is ready. @throws StartupError for what the operator can mend, else PartEndedError */
  start(start: PartStart): Promise<RunningPart>;
}

/** A part ended before it was ready, for no reason that it could name as one to mend. */
export class PartEndedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PartEndedError';
  }
}
