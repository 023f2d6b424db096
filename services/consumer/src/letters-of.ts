// The dead letters of a refused record: one for each project and mode whose rows are in it, or one for the operator.
import { decodeRecord, letterIdOf, originOf, splitRecord, uuidToText } from '@sazabi/log-record';
import { type DeadLetter, NO_PROJECT_ID } from '@sazabi/log-store/ingest';
import type { StorableRecord } from './core/range.ts';

/** Rows that cannot be taken apart are kept as the record was read, for whoever runs this to look at. Never throws. */
export function lettersOf(record: StorableRecord, reason: string): readonly DeadLetter[] {
  const { source, id: recordId, day } = record;
  const shared = {
    recordId,
    ...originOf(source.headers, recordId),
    day,
    partition: source.partition,
    offset: source.offset,
  };
  const decoded = decodeRecord(source);
  const split = decoded.ok ? splitRecord(decoded.meta, decoded.frame) : decoded;
  if (!split.ok) {
    return [
      {
        ...shared,
        id: uuidToText(letterIdOf({ recordId, projectId: NO_PROJECT_ID, mode: '' })),
        owner: null,
        rows: record.rows,
        bytes: source.value.byteLength,
        requests: record.requestIds.map((id) => ({ id, rows: 0 })),
        reason: `${reason} (its rows cannot be read: ${split.reason})`,
        headers: source.headers,
        value: source.value,
      },
    ];
  }
  // The store's text may quote any row of the record: where they are of several, nobody is shown another's.
  const shown = split.parts.length === 1 ? reason : codeOf(reason);
  return split.parts.map(({ projectId, mode, rows, bytes, requests, frame }) => ({
    ...shared,
    id: uuidToText(letterIdOf({ recordId, projectId, mode })),
    owner: { projectId, mode },
    rows,
    bytes,
    requests,
    reason: shown,
    headers: new Map(),
    value: frame,
  }));
}

/** A reason begins with the error's code and name. */
function codeOf(reason: string): string {
  return reason.split(': ', 1)[0] ?? '';
}
