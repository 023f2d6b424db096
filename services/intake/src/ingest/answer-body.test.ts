// The body of a 202, whose bytes are shared: each is right when it is made, whatever was made before.
import { newUuidV7, readReceipt, receiptKeyOf, uuidToText } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import type { Filed } from '../batch/submission.ts';
import { LOGS_PER_REQUEST_MAX } from '../limits.ts';
import { acceptedBody } from './answer-body.ts';

const SECRET = Buffer.alloc(32, 7);
const PROJECT_ID = '0192f0e4-1111-7222-8333-0123456789ab';
const KEY = receiptKeyOf(SECRET, PROJECT_ID, 'live');

function filedOf(accepted: number, more: Partial<Filed> = {}): Filed {
  return {
    accepted,
    logBytes: 0,
    rejectedCount: 0,
    rejected: [],
    rejectedByCode: null,
    storedId: newUuidV7(),
    firstOrdinal: 3,
    idempotent: false,
    expiresOnDay: 20_808,
    ...more,
  };
}

function bodyOf(filed: Filed) {
  const { data, error } = JSON.parse(Buffer.from(acceptedBody(filed, KEY)).toString());
  expect(error).toBeNull();
  const { receipt, ...counts } = data;
  return { counts, receipt: readReceipt(SECRET, receipt) };
}

it.each([0, 1, 9, 10, 99, 100, 999, 1000, 9999, LOGS_PER_REQUEST_MAX, 7, 42])('%i accepted', (accepted) => {
  const filed = filedOf(accepted);
  expect(bodyOf(filed)).toEqual({
    counts: { accepted, rejected: [], rejectedCount: 0 },
    receipt: {
      projectId: PROJECT_ID,
      mode: 'live',
      storedId: uuidToText(filed.storedId),
      firstOrdinal: 3,
      count: accepted,
      day: 20_808,
    },
  });
});

it('some rejected, their messages escaped', () => {
  const rejected: Filed['rejected'] = [{ index: 1, code: 'VALIDATION_ERROR', message: 'a "quote"\n' }];
  expect(bodyOf(filedOf(2, { rejected, rejectedCount: 1 })).counts).toEqual({
    accepted: 2,
    rejected,
    rejectedCount: 1,
  });
});

it('under an Idempotency-Key the receipt says no count and no day', () => {
  expect(bodyOf(filedOf(5, { idempotent: true })).receipt).toMatchObject({ count: 0, day: 0 });
});
