// A record that cannot be stored: first its bytes to the dead letters, then its tombstone under the token of its rows.
import { type Basis, lookUpAnew, lookUpSpent, tokenOf } from './basis.ts';
import { type LookUp, type Machine, perform } from './effects.ts';
import { insist, type Patience, pause } from './patience.ts';
import { isDone, type StorableRecord } from './range.ts';

/**
 * Ends when the record is done: by its tombstone, or by its rows where an insert of another consumer was faster. The tombstone
 * is laid only once the dead letter is found by a look-up, so that a tombstone never stands without one.
 */
export function* buryRecord(patience: Patience, record: StorableRecord, reason: string): Machine<void> {
  for (let letters = 0; ; ) {
    const basis = yield* lookUpAnew(patience, [record]);
    if (isDone(record, basis.found.known)) return;
    if (basis.found.deadLettered.has(record.id)) {
      yield* layTombstone(patience, record, basis);
    } else {
      const token = letters === 0 ? record.id : `${record.id}#${letters}`;
      yield* insist(patience, { kind: 'dead-letter', record, reason, token });
      letters += 1;
    }
  }
}

/** Tries token after token within one session, until something is stored or the session is of no more use. */
function* layTombstone(patience: Patience, record: StorableRecord, from: Basis): Machine<void> {
  for (let basis: Basis | null = from; basis !== null && !isDone(record, basis.found.known); ) {
    const token = tokenOf(basis, record);
    const laid = yield* perform({ kind: 'tombstone', session: basis.found.session, token, record });
    if (laid.kind === 'failed') return yield* pause(patience, laid);
    basis = yield* lookUpSpent(basis, [record], [record]);
  }
}

/**
 * Takes back the dead letters of records whose rows are stored after all: written by this consumer or another before an insert
 * was seen to have been faster, or left behind by a crash. `records` are done according to `found`.
 */
export function* takeBackDeadLetters(
  patience: Patience,
  records: readonly StorableRecord[],
  found: LookUp,
): Machine<void> {
  for (const record of records) {
    if (!found.deadLettered.has(record.id)) continue;
    const tombstone = yield* insist(patience, { kind: 'find-tombstone', record });
    if (!tombstone.found) yield* insist(patience, { kind: 'take-back', record });
  }
}
