// A wire form: how the bodies that are in it become rows. A folder each, none of which knows HTTP.
import type { ContractError } from '@sazabi/contract';
import type { JsonBytes, LogBlock } from '@sazabi/log-record';
import type { Filed } from '../batch/submission.ts';
import type { ParsedLogs } from './parsed-logs.ts';

export interface Protocol {
  /** Parses the text of a body to values. An error refuses the whole of it. */
  readonly parse: (text: string, kind: ParsedLogs['kind']) => ParsedLogs | ContractError;
  /**
   * Appends the logs straight from the bytes, without values in between, and counts them in `filed`. False where that
   * cannot be: what it has appended must be dropped then, and the body parsed.
   */
  readonly append: (text: JsonBytes, block: LogBlock, filed: Filed) => boolean;
}
