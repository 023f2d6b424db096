// What every wire form is parsed to; the batch takes it without knowing which form it was.

export interface ParsedLogs {
  readonly kind: 'log' | 'event';
  /** Parsed JSON values in order, whatever they are: the block judges each. */
  readonly items: readonly unknown[];
  /** Where each item stands in what was sent, where that is not its place in `items` (NDJSON with empty lines); null = it is. */
  readonly lines: readonly number[] | null;
  /** Lines that do not parse, by their index in `items` (where they stand as undefined), with why; null = none. */
  readonly badLines: ReadonlyMap<number, string> | null;
}
