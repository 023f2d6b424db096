// Search modes at their edges, against the real engine's regular expressions.
import { logsQuerySchema, SEARCH_QUERY_CHARACTERS_MAX, searchWords } from '@sazabi/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, PROJECT, startTestStore, type TestStore, testLog, visible } from '../test-store.ts';
import { logScope } from './log-scope.ts';
import { queryLogs } from './query-logs.ts';

const scope = logScope({ organizationId: 'organization', projects: visible([PROJECT]), mode: 'live' });

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

/** Inserts messages; returns the question which of them a search finds. */
async function given(...messages: readonly string[]) {
  const host = `group-${Math.random()}`;
  await store.insert(messages.map((message, ordinal) => testLog({ message, host, ordinal })));
  return async (mode: string, query: string): Promise<readonly string[]> => {
    const filters = [{ field: 'host', op: 'eq', value: host }];
    const request = logsQuerySchema.parse({ search: { mode, query }, filters, limit: 1000 });
    const { data } = await queryLogs(store.reader, scope, request, { nowMs: NOW_MS });
    return messages.filter((message) => data.some((row) => row.message === message));
  };
}

describe('search', () => {
  it('all, any and phrase look for whole words without case', async () => {
    const find = await given('Payment failed', 'payment was FAILED', 'failed payment', 'payments failed', 'pay-ment');
    expect(await find('all', 'PAYMENT failed')).toEqual(['Payment failed', 'payment was FAILED', 'failed payment']);
    expect(await find('any', 'pay payments')).toEqual(['payments failed', 'pay-ment']);
    expect(await find('phrase', 'payment failed')).toEqual(['Payment failed']);
    expect(await find('all', 'fail')).toEqual([]);
  });

  it('words are letters, digits and _; anything else parts them, also at the ends and over lines', async () => {
    const find = await given(
      'user_id=42',
      'user id 42',
      '(error)',
      'error\nnext',
      '—error—',
      'terror',
      'error2',
      'E=error',
    );
    expect(await find('all', 'user_id')).toEqual(['user_id=42']);
    expect(await find('all', 'id')).toEqual(['user id 42']);
    expect(await find('phrase', 'user_id/42')).toEqual(['user_id=42']);
    expect(await find('any', 'error')).toEqual(['(error)', 'error\nnext', '—error—', 'E=error']);
    expect(await find('phrase', 'error: next')).toEqual(['error\nnext']);
  });

  it('knows letters and cases of all scripts', async () => {
    const find = await given(
      'Über den Wolken',
      'über',
      'ΑΒΓ δ',
      'नमस्ते दुनिया',
      '日本語 ログ',
      'Überfall',
      'cafe\u0301 noir',
    );
    expect(await find('all', 'ÜBER')).toEqual(['Über den Wolken', 'über']);
    expect(await find('all', 'αβγ')).toEqual(['ΑΒΓ δ']);
    expect(await find('all', 'नमस्ते')).toEqual(['नमस्ते दुनिया']);
    expect(await find('phrase', '日本語 ログ')).toEqual(['日本語 ログ']);
    expect(await find('all', 'cafe')).toEqual([]);
  });

  it('a phrase may begin anew within its own beginning', async () => {
    const find = await given('no no yes', 'no yes', 'no, NO; no?  yes');
    expect(await find('phrase', 'no no yes')).toEqual(['no no yes', 'no, NO; no?  yes']);
  });

  it('substring is exact, with case, and knows no wildcards', async () => {
    const find = await given(
      '100% done',
      '100 done',
      'a_b',
      'axb',
      'C:\\temp',
      'tab\there',
      'null\0byte',
      "it's",
      '(?i)x',
      'X',
    );
    expect(await find('substring', '0% d')).toEqual(['100% done']);
    expect(await find('substring', 'a_b')).toEqual(['a_b']);
    expect(await find('substring', ':\\t')).toEqual(['C:\\temp']);
    expect(await find('substring', '\t')).toEqual(['tab\there']);
    expect(await find('substring', 'l\0b')).toEqual(['null\0byte']);
    expect(await find('substring', "t's")).toEqual(["it's"]);
    expect(await find('substring', '(?i)x')).toEqual(['(?i)x']);
    expect(await find('substring', 'DONE')).toEqual([]);
  });

  it('messages that are searched again are not decompressed again', async () => {
    const hits = async () => {
      const query = "SELECT value FROM system.events WHERE event = 'UncompressedCacheHits'";
      const [row] = await (await store.app.query({ query, format: 'JSONCompactEachRow' })).json<[string]>();
      return Number(row?.[0] ?? 0);
    };
    const find = await given('one message');
    expect(await find('all', 'message')).toEqual(['one message']);
    const before = await hits();
    expect(await find('all', 'one')).toEqual(['one message']);
    expect(await hits()).toBeGreaterThan(before);
  });

  it.each(['all', 'any', 'phrase', 'substring'])('mode %s takes 500 characters of any script', async (mode) => {
    const words = 'ж ü é 7 '.repeat(SEARCH_QUERY_CHARACTERS_MAX / 8);
    const long = words.padEnd(SEARCH_QUERY_CHARACTERS_MAX, 'x');
    const find = await given(long, 'other');
    expect(await find(mode, long)).toEqual([long]);
  });

  it('finds what a model in JavaScript finds', async () => {
    const piece = fc.constantFrom(
      'foo',
      'FOO',
      'foo_bar',
      'bar',
      'b',
      'Ä',
      'ä',
      '1',
      '_',
      ' ',
      '-',
      '. ',
      '\n',
      'ß',
      '語',
      '%',
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    const messages = fc.sample(text, { numRuns: 200, seed: 7 });
    const find = await given(...new Set(messages));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('all', 'any', 'phrase', 'substring'), async (query, mode) => {
        fc.pre(mode === 'substring' || searchWords(query).length > 0);
        const expected = [...new Set(messages)].filter((message) => modelFinds(message, mode, query));
        expect(await find(mode, query)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

function modelFinds(message: string, mode: string, query: string): boolean {
  if (mode === 'substring') return message.includes(query);
  const [held, asked] = [message, query].map((text) => searchWords(text).map((word) => word.toLowerCase()));
  if (held === undefined || asked === undefined) return false;
  if (mode === 'all') return asked.every((word) => held.includes(word));
  if (mode === 'any') return asked.some((word) => held.includes(word));
  return held.some((_, at) => asked.every((word, offset) => held[at + offset] === word));
}
