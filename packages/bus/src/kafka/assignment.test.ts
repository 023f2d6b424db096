// Shares of partitions: all served once, evenly, and moved no more than that asks for.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assign, decodeMember, decodeShare, encodeMember, encodeShare, type Member } from './assignment.ts';

const member = (memberId: string, serves: number[] = []): Member => ({ memberId, serves: new Set(serves) });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

it('serves each partition once, in shares that differ by one at most', () => {
  const members = fc
    .uniqueArray(fc.record({ memberId: fc.string({ minLength: 1 }), serves: fc.array(fc.nat(40)) }), {
      minLength: 1,
      maxLength: 12,
      selector: ({ memberId }) => memberId,
    })
    .map((list) => list.map(({ memberId, serves }) => member(memberId, serves)));
  fc.assert(
    fc.property(members, fc.nat(40), (list, count) => {
      const shares = [...assign(list, upTo(count)).values()];
      expect(shares).toHaveLength(list.length);
      expect(shares.flat().sort((a, b) => a - b)).toEqual(upTo(count));
      const sizes = shares.map((share) => share.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
    { seed: 1 },
  );
});

it('moves only the share of one that comes, and only what one that went had', () => {
  const joined = assign([member('a', [0, 1, 2]), member('b', [3, 4, 5]), member('c')], upTo(6));
  expect(joined.get('c')).toHaveLength(2);
  expect([0, 1, 2]).toEqual(expect.arrayContaining(joined.get('a') ?? []));
  expect([3, 4, 5]).toEqual(expect.arrayContaining(joined.get('b') ?? []));
  const left = assign([member('a', [0, 1]), member('b', [3, 4])], upTo(6));
  expect(left.get('a')).toEqual(expect.arrayContaining([0, 1]));
  expect(left.get('b')).toEqual(expect.arrayContaining([3, 4]));
});

it('more members than partitions: some serve nothing', () => {
  expect([...assign([member('a'), member('b'), member('c')], [0]).values()].flat()).toEqual([0]);
});

it('a partition that two believe to serve goes to one', () => {
  const shares = assign([member('a', [0, 1]), member('b', [0, 1])], [0, 1]);
  expect([...shares.values()].map((share) => share.length)).toEqual([1, 1]);
});

it('reads what it writes, and nothing into what it cannot read', () => {
  expect(decodeMember('a', encodeMember('topic', [4, 2]))).toEqual(member('a', [4, 2]));
  expect(decodeShare('topic', encodeShare('topic', [1, 3]))).toEqual(new Set([1, 3]));
  expect(decodeShare('topic', encodeShare('other', [1, 3]))).toEqual(new Set());
});
