// Refuses bodies that would become millions of small objects: 20 MiB of "[" cost 4 s and 2 GB to parse (measured, Node 22).
import { ContractError } from '@sazabi/contract';
import { BACKSLASH, type JsonBytes, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '@sazabi/log-record';
import { JSON_CONTAINERS_MAX } from '../../limits.ts';

/** The 413 to answer where the text opens more objects and arrays than one body may, else null. Short texts are not looked at. */
export function tooManyContainers(text: string): ContractError | null {
  // A text that is shorter than the limit cannot pass it. Counting in strings too is twice as fast, and almost always enough.
  if (text.length <= JSON_CONTAINERS_MAX || countOpenings(text) <= JSON_CONTAINERS_MAX) return null;
  if (countContainers(text) <= JSON_CONTAINERS_MAX) return null;
  return new ContractError(
    'PAYLOAD_TOO_LARGE',
    `A body may have ${JSON_CONTAINERS_MAX} objects and arrays at most; nothing was stored. Split it.`,
  );
}

/** Whether the text opens so many braces and brackets, those in strings included, that they must be counted. */
export function mayHaveTooManyContainers({ bytes, end }: JsonBytes): boolean {
  if (end <= JSON_CONTAINERS_MAX) return false;
  let count = 0;
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) count += 1;
  }
  return count > JSON_CONTAINERS_MAX;
}

function countOpenings(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) count += 1;
  }
  return count;
}

function countContainers(text: string): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (inString && unit === BACKSLASH) at += 1;
    else if (unit === QUOTE) inString = !inString;
    else if (!inString && (unit === OPEN_OBJECT || unit === OPEN_ARRAY)) count += 1;
  }
  return count;
}
