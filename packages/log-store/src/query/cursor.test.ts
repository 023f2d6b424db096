// Cursors and ids from any bytes: what is not one of ours is refused, never thrown over.
import { logsQuerySchema } from '@sazabi/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCursor, selectionDigest, writeCursor } from './cursor.ts';
import { LOG_ID_BYTES, readLogId } from './log-id.ts';
import { logScope } from './log-scope.ts';

const scope = logScope({ organizationId: 'o', projects: [], mode: 'live' });
const digest = selectionDigest(scope, logsQuerySchema.parse({}));
const id = fc
  .uint8Array({ minLength: LOG_ID_BYTES, maxLength: LOG_ID_BYTES })
  .map((bytes) => Buffer.from(bytes.with(0, (bytes[0] ?? 0) & 0x7f)).toString('base64url'));

describe('cursor', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(id, fc.nat(), (lastId, atMs) => {
        const cursor = writeCursor(digest, atMs, lastId);
        expect(readCursor(digest, cursor)).toEqual({ firstPageAtMs: atMs, after: readLogId(lastId) });
        expect(cursor.length).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('no other text is a cursor', () => {
    const cursor = writeCursor(digest, 1, Buffer.alloc(LOG_ID_BYTES).toString('base64url'));
    fc.assert(fc.property(fc.string(), (text) => readCursor(digest, text) === null));
    fc.assert(fc.property(fc.base64String(), (text) => readCursor(digest, text) === null));
    expect(readCursor(digest, cursor.slice(1))).toBeNull();
    expect(readCursor(digest, `${cursor}=`)).toBeNull();
    expect(readCursor(digest, ` ${cursor}`)).toBeNull();
  });

  it('belongs to its organization and mode', () => {
    const query = logsQuerySchema.parse({});
    const other = [
      logScope({ organizationId: 'p', projects: [], mode: 'live' }),
      logScope({ organizationId: 'o', projects: [], mode: 'test' }),
    ];
    for (const one of other) expect(selectionDigest(one, query).equals(digest)).toBe(false);
    // A project made between two pages does not end a list.
    expect(
      selectionDigest(
        logScope({ ...scope, projects: [{ id: 'x', retentionDays: 1, hiddenBeforeMs: null, earlierRetentions: [] }] }),
        query,
      ).equals(digest),
    ).toBe(true);
  });
});

describe('log id', () => {
  it('no text throws, and only the one encoding is an id', () => {
    fc.assert(fc.property(fc.string(), (text) => readLogId(text) === null));
    fc.assert(
      fc.property(id, (text) => {
        expect(readLogId(text)).not.toBeNull();
        expect(readLogId(`${text}=`)).toBeNull();
        expect(readLogId(`${text.slice(0, -1)}.`)).toBeNull();
      }),
    );
  });
});
