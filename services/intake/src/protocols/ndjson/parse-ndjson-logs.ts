// NDJSON: one JSON value a line. A line that does not parse is rejected alone; empty lines are passed over.
import type { ContractError } from '@sazabi/contract';
import { LOGS_PER_REQUEST_MAX } from '../../limits.ts';
import { tooManyContainers } from '../json/count-containers.ts';
import { jsonProblem } from '../json/json-problem.ts';
import type { ParsedLogs } from '../parsed-logs.ts';
import { tooManyLogs } from '../too-many-logs.ts';

const BLANK = /^[ \t\r]*$/;
/** Problems that are looked for in detail; an answer lists no more. */
const PROBLEMS_MAX = 100;

/** Parses line by line. */
export function parseNdjsonLogs(text: string, kind: ParsedLogs['kind']): ParsedLogs | ContractError {
  const refusal = tooManyContainers(text);
  if (refusal !== null) return refusal;
  const items: unknown[] = [];
  const lines: number[] = [];
  let badLines: Map<number, string> | null = null;
  let line = -1;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, end);
    start = end + 1;
    line += 1;
    if (BLANK.test(content)) continue;
    if (items.length === LOGS_PER_REQUEST_MAX) return tooManyLogs();
    lines.push(line);
    try {
      items.push(JSON.parse(content));
    } catch {
      badLines ??= new Map();
      const problem = badLines.size < PROBLEMS_MAX ? jsonProblem(content) : 'it could not be parsed';
      badLines.set(items.length, `The line is not JSON: ${problem}.`);
      items.push(undefined);
    }
  }
  return { kind, items, lines, badLines };
}
