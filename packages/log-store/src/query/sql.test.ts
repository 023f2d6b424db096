// The builder's promise: whatever a value is, it is not in the text.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bound, join, render, sql } from './sql.ts';

it('no value is ever part of the statement', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (values) => {
      const conditions = values.map((value) => sql`message = ${bound('String', `«${value}»`)}`);
      const { query, query_params } = render(sql`SELECT 1 WHERE ${join(conditions, ' AND ')}`);
      expect(query).not.toContain('«');
      expect(query).toMatch(/^SELECT 1 WHERE (message = \{p\d+:String\}( AND )?)+$/);
      expect(Object.values(query_params)).toEqual(values.map((value) => `«${value}»`));
    }),
  );
});

it('a fragment used twice binds its values twice', () => {
  const value = sql`${bound('UInt32', 7)}`;
  const { query, query_params } = render(sql`SELECT ${value}, ${value}`);
  expect(query.match(/\{p\d+:UInt32\}/g)).toHaveLength(2);
  expect(Object.values(query_params)).toEqual([7, 7]);
});

it('an array that is longer than a parameter may be is bound in pieces, in order', () => {
  const ids = Array.from({ length: 5000 }, (_, at) => `id ${String(at).padStart(33, '0')}`);
  const { query, query_params } = render(sql`SELECT ${bound('Array(String)', ids)}`);
  expect(query).toMatch(/^SELECT arrayConcat\((\{p1(_\d+)?:Array\(String\)\}(, )?)+\)$/);
  const pieces = Object.values(query_params).map((piece) => (Array.isArray(piece) ? piece : []));
  expect(pieces.flat()).toEqual(ids);
  for (const piece of pieces) expect(JSON.stringify(piece).length).toBeLessThan(50_000);
  expect(render(sql`SELECT ${bound('Array(UUID)', [])}`).query_params).toEqual({ p1: [] });
});
