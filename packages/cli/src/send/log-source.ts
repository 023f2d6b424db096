// What a reader of an input format makes of it: logs as JSON texts on one line, each with its place in the input.

/** `place` counts from 1: the line, or in a JSON input the log. */
export interface ReadLog {
  readonly place: number;
  /** The log as JSON without line breaks, or why it cannot be sent. */
  readonly log: { readonly json: string } | { readonly code: string; readonly problem: string };
}

/** Takes the input in pieces and gives the logs that are whole. Holds one log at most. */
export interface LogReader {
  /** What a place counts. */
  readonly unit: 'line' | 'log';
  push(chunk: Buffer): readonly ReadLog[];
  /** The input is over: what is left. */
  end(): readonly ReadLog[];
}
