// Rows read one after the other are those that the block has, whichever of them and whatever of them is looked at.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { openLogRows } from './log-rows.ts';
import { nativeRows, readNativeBlock } from './native-reader.ts';
import { SOURCE } from './store-log.testing.ts';
import { newUuidV7, requestIdOf } from './uuid.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constant('x'.repeat(300)));
const log = fc.record(
  {
    message: text,
    level: fc.constantFrom('info', 'error', 'warn'),
    service: fc.oneof(fc.constantFrom('', 'shop', 'pay'), text),
    host: text,
    trace_id: text,
    timestamp: fc.constantFrom('2026-11-21T10:00:00.123456789Z', '1970-01-01T00:00:00Z'),
    attributes: fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', '', '__proto__'), text), text, { maxKeys: 6 }),
  },
  { requiredKeys: ['message'] },
);

function blockOf(logs: readonly (readonly [object, boolean])[]) {
  const block = createLogBlock();
  block.reset(newUuidV7(), 20_808);
  block.beginRequest(SOURCE, 1_795_255_872_345, null);
  for (const [one, isNewRequest] of logs) {
    if (isNewRequest)
      block.beginRequest(
        { ...SOURCE, projectId: '0192f0e4-9999-7222-8333-0123456789ab', mode: 'test' },
        1_795_255_872_999,
        requestIdOf(SOURCE.projectId, 'test', String(block.rowCount)),
      );
    block.append(one, 'log');
  }
  return readNativeBlock(Buffer.from(block.encode()));
}

describe('rows of a block', () => {
  it('are the same as all of it decoded, also where rows and columns are left out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(log, fc.boolean()), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.boolean()),
        (logs, looks) => {
          const block = blockOf(logs);
          const expected = nativeRows(block);
          const rows = openLogRows(block);
          const look = (read: () => unknown, value: unknown) => {
            if (looks.next().value) expect(read()).toEqual(value);
          };
          expected.forEach((row, at) => {
            if (!looks.next().value) return;
            rows.goTo(at);
            look(() => rows.uuid('project_id'), row.project_id);
            look(() => rows.uuid('batch_id'), row.batch_id);
            look(rows.timestamp, row.timestamp);
            look(rows.receivedAt, row.received_at);
            look(rows.severityNumber, row.severity_number);
            look(rows.ordinal, row.ordinal);
            for (const column of ['mode', 'level', 'service', 'host', 'message', 'trace_id', 'key_id'] as const) {
              look(() => rows.text(column), row[column]);
              look(() => rows.text(column), row[column]);
            }
            look(rows.attributes, row.attributes);
            look(rows.attributes, row.attributes);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('with a dictionary that is not kept, and indexes of two bytes', () => {
    const logs = Array.from({ length: 5_000 }, (_, at) => ({
      message: `m${at}`,
      host: `h${at}`,
      attributes: { [`k${at}`]: at },
    }));
    const rows = openLogRows(blockOf(logs.map((one) => [one, false])));
    for (const at of [0, 4_000, 4_999]) {
      rows.goTo(at);
      expect([rows.text('message'), rows.text('host'), rows.attributes()]).toEqual([
        `m${at}`,
        `h${at}`,
        [[`k${at}`, String(at)]],
      ]);
    }
  });
});
