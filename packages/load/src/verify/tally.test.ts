import { expect, it } from 'vitest';
import { createLedger } from './ledger.ts';
import { createTally, isExact } from './tally.ts';

const BATCH = 4;
const acknowledged = (request: number, accepted = BATCH) => ({ request, status: 202, accepted, unclear: false });

/** Four requests: two acknowledged, one refused, one without an answer. */
function ledgerOfFour() {
  const ledger = createLedger(BATCH);
  for (const outcome of [
    acknowledged(0),
    acknowledged(1),
    { request: 2, status: 429, accepted: 0, unclear: false },
    { request: 3, status: 0, accepted: 0, unclear: true },
  ])
    ledger.add(outcome);
  return ledger;
}

function tallyOf(rows: readonly (readonly [request: number, place: number])[]) {
  const tally = createTally(ledgerOfFour());
  for (const [request, place] of rows) tally.see(request, place);
  return tally.result();
}

const all = (request: number) => Array.from({ length: BATCH }, (_, place) => [request, place] as const);

it('all that was acknowledged, once: exact', () => {
  const result = tallyOf([...all(0), ...all(1)]);
  expect(result).toMatchObject({
    rows: 8,
    acknowledged: 8,
    missing: 0,
    doubled: 0,
    unacknowledged: 0,
    refused: 0,
    unknown: 0,
  });
  expect(isExact(result)).toBe(true);
});

it('a log that is lost and one that is there twice do not cancel out', () => {
  const result = tallyOf([...all(0), ...all(0).slice(0, 1), ...all(1).slice(1)]);
  expect(result).toMatchObject({ rows: 8, missing: 1, missingRequests: 1, doubled: 1 });
  expect(result.examples).toEqual([{ request: 1, acknowledged: 4, found: 3 }]);
  expect(isExact(result)).toBe(false);
});

it('nor do they within one request', () => {
  const result = tallyOf([...all(0), ...all(1).slice(1), ...all(1).slice(1, 2)]);
  expect(result).toMatchObject({ rows: 8, missing: 1, doubled: 1 });
});

it('what was stored without an answer is told apart, and may be', () => {
  const result = tallyOf([...all(0), ...all(1), ...all(3)]);
  expect(result).toMatchObject({ unacknowledged: 4, missing: 0, doubled: 0, refused: 0 });
  expect(isExact(result)).toBe(true);
});

it('what was refused and is stored is wrong', () => {
  const result = tallyOf([...all(0), ...all(1), [2, 0]]);
  expect(result).toMatchObject({ refused: 1 });
  expect(isExact(result)).toBe(false);
});

it('of a request that was accepted in part, more than was acknowledged is wrong too', () => {
  const ledger = createLedger(BATCH);
  ledger.add(acknowledged(0, 3));
  const tally = createTally(ledger);
  for (const [request, place] of all(0)) tally.see(request, place);
  expect(tally.result()).toMatchObject({ acknowledged: 3, missing: 0, refused: 1 });
});

it('rows with ids that were never sent are not of the run', () => {
  const result = tallyOf([...all(0), ...all(1), [4, 0], [0, BATCH]]);
  expect(result).toMatchObject({ rows: 10, unknown: 2, missing: 0, doubled: 0 });
});

it('the ledger grows with the run', () => {
  const ledger = createLedger(BATCH);
  for (let request = 0; request < 5000; request++) ledger.add(acknowledged(request));
  expect(ledger).toMatchObject({ requests: 5000, acceptedLogs: 20_000 });
  expect([ledger.fate(4999), ledger.fate(5000), ledger.accepted(0)]).toEqual(['acknowledged', 'unsent', BATCH]);
});
