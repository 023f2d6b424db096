// One JSON value: a log object, or an array of them.
import { ContractError } from '@sazabi/contract';
import { LOGS_PER_REQUEST_MAX } from '../../limits.ts';
import type { ParsedLogs } from '../parsed-logs.ts';
import { tooManyLogs } from '../too-many-logs.ts';
import { tooManyContainers } from './count-containers.ts';
import { jsonProblem } from './json-problem.ts';

const OTLP_JSON = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'OTLP (an object with resourceLogs) is not taken yet. Send logs as JSON objects with a message.',
);

/** Parses the text in one go; a whole that is no array is one log, whatever it is. */
export function parseJsonLogs(text: string, kind: ParsedLogs['kind']): ParsedLogs | ContractError {
  const refusal = tooManyContainers(text);
  if (refusal !== null) return refusal;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new ContractError('INVALID_JSON', `The body is not JSON: ${jsonProblem(text)}.`);
  }
  if (!Array.isArray(value)) return isOtlp(value) ? OTLP_JSON : { kind, items: [value], lines: null, badLines: null };
  return value.length > LOGS_PER_REQUEST_MAX ? tooManyLogs() : { kind, items: value, lines: null, badLines: null };
}

function isOtlp(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'resourceLogs' in value && Array.isArray(value.resourceLogs);
}
