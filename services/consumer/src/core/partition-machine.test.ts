import { describe, expect, it } from 'vitest';
import { UNANSWERED_MAX } from '../limits.ts';
import type { Effect, Failed, Outcome } from './effects.ts';
import { servePartition } from './partition-machine.ts';
import type { RangeItem } from './range.ts';

function item(offset: number, day = 1): RangeItem {
  const source = { partition: 0, offset, appendedAtMs: 0, headers: new Map(), value: new Uint8Array(1) };
  const record = { offset, id: `b${offset}`, day, rows: 1, ownRows: 1, requestIds: [], source };
  return { kind: 'record', offset, record };
}

const failed = (failure: Failed['failure']): Failed => ({ kind: 'failed', failure, code: failure, reason: failure });

/**
 * Drives a machine over `items` against a store that takes everything but what `insert` fails; until all is committed.
 * Returns the inserts as record ids, and every other effect by its kind. `before`: ids that the store has to begin
 * with, and the token of a letter that it drops.
 */
function drive(
  items: readonly RangeItem[],
  insert: (ids: readonly string[]) => Failed | null,
  before: { readonly stored?: readonly string[]; readonly letters?: readonly string[]; readonly spent?: string } = {},
) {
  const known = new Set(before.stored);
  const deadLettered = new Set(before.letters);
  const tombstones = new Set<string>();
  const inserts: string[][] = [];
  const kinds: string[] = [];
  const answer = (effect: Effect): Outcome => {
    kinds.push(effect.kind);
    switch (effect.kind) {
      case 'position':
        return { kind: 'position', next: null };
      case 'read':
        return {
          kind: 'read',
          items: items.filter(({ offset }) => offset >= (effect.from ?? 0)).slice(0, effect.recordsMax),
        };
      case 'look-up':
        return { kind: 'look-up', session: 's', known: new Set(known), deadLettered: new Set(deadLettered) };
      case 'insert': {
        const ids = effect.insert.records.map(({ id }) => id);
        inserts.push(ids);
        const failure = insert(ids);
        if (failure === null) for (const id of ids) known.add(id);
        return failure ?? { kind: 'insert' };
      }
      case 'dead-letter':
        if (effect.token !== before.spent) deadLettered.add(effect.record.id);
        return { kind: 'dead-letter' };
      case 'tombstone':
        known.add(effect.record.id);
        tombstones.add(effect.record.id);
        return { kind: 'tombstone' };
      case 'find-tombstone':
        return { kind: 'find-tombstone', found: tombstones.has(effect.record.id) };
      case 'take-back':
        deadLettered.delete(effect.record.id);
        return { kind: 'take-back' };
      default:
        return { kind: effect.kind };
    }
  };
  const machine = servePartition();
  const end = (items.at(-1)?.offset ?? 0) + 1;
  for (let step = machine.next(); !step.done; step = machine.next(answer(step.value))) {
    const { value: effect } = step;
    if (effect.kind === 'commit' && effect.next === end) break;
    expect(kinds.length).toBeLessThan(10_000);
  }
  return { inserts, kinds, deadLettered: [...deadLettered] };
}

const count = (kinds: readonly string[], kind: string) => kinds.filter((other) => other === kind).length;

describe('partition machine', () => {
  const sixteen = Array.from({ length: 16 }, (_, offset) => item(offset));

  it('one insert and two look-ups for a range', () => {
    const { inserts, kinds } = drive(sixteen, () => null);
    expect(inserts).toHaveLength(1);
    expect(count(kinds, 'look-up')).toBe(2);
  });

  it('finds a refused record by halves, keeps it, and goes on with full ranges', () => {
    const { inserts, deadLettered } = drive(sixteen, (ids) => (ids.includes('b5') ? failed('refused') : null));
    expect(deadLettered).toEqual(['b5']);
    expect(inserts.map(({ length }) => length)).toEqual([16, 8, 4, 4, 2, 1, 1, 10]);
  });

  it('suspects a record after five inserts without an answer, not after four', () => {
    let silent = UNANSWERED_MAX - 1;
    expect(drive([item(0)], () => (silent-- > 0 ? failed('no-answer') : null)).deadLettered).toEqual([]);
    const { inserts, deadLettered } = drive([item(0)], () => failed('no-answer'));
    expect(inserts).toHaveLength(UNANSWERED_MAX);
    expect(deadLettered).toEqual(['b0']);
  });

  it('halves what is too large and never gives it up', () => {
    let refusals = 20;
    const { inserts, deadLettered } = drive(sixteen, ({ length }) => {
      return length > 4 || refusals-- > 0 ? failed('too-large') : null;
    });
    expect(deadLettered).toEqual([]);
    expect(inserts.filter(({ length }) => length === 1).length).toBeGreaterThan(10);
  });

  it('waits out the state of the server', () => {
    let waits = 50;
    const { inserts, deadLettered } = drive(sixteen, () => (waits-- > 0 ? failed('wait') : null));
    expect(inserts).toHaveLength(51);
    expect(deadLettered).toEqual([]);
  });

  it.each([
    ['was found stored', ['b0']],
    ['was stored now', []],
  ])('a letter of what %s is taken back before the commit', (_, stored) => {
    const { kinds, deadLettered } = drive([item(0)], () => null, { stored, letters: ['b0'] });
    expect(deadLettered).toEqual([]);
    expect(kinds.at(-1)).toBe('take-back');
  });

  it('lays a tombstone only once its letter is found', () => {
    const { kinds, deadLettered } = drive([item(0)], () => failed('refused'), { spent: 'b0' });
    expect(kinds.filter((kind) => kind === 'dead-letter' || kind === 'tombstone')).toEqual([
      'dead-letter',
      'dead-letter',
      'tombstone',
    ]);
    expect(deadLettered).toEqual(['b0']);
  });

  it('suspects an unanswered record also while another day of its range is acknowledged and never found', () => {
    const items = [item(0), item(1, 2)];
    const machine = servePartition();
    const dead: string[] = [];
    for (let step = machine.next(), steps = 0; !step.done && dead.length === 0 && steps < 1000; steps += 1) {
      const { value: effect } = step;
      if (effect.kind === 'dead-letter') dead.push(effect.record.id);
      const unanswered = effect.kind === 'insert' && effect.insert.day === 2;
      step = machine.next(unanswered ? failed('no-answer') : answerNothing(effect, items));
    }
    expect(dead).toEqual(['b1']);
  });

  it('suspects records that are acknowledged again and again and never found', () => {
    let tokens: string[] = [];
    const machine = servePartition();
    let buried = false;
    for (let step = machine.next(), steps = 0; !step.done && !buried && steps < 1000; steps += 1) {
      const { value: effect } = step;
      if (effect.kind === 'insert') tokens = [...tokens, effect.token];
      buried = effect.kind === 'dead-letter';
      step = machine.next(answerNothing(effect));
    }
    expect(tokens.slice(0, 3)).toEqual(['b0', 'b0#1', 'b0#2']);
    expect(buried).toBe(true);
  });
});

/** A store that acknowledges all and keeps nothing. */
function answerNothing(effect: Effect, items: readonly RangeItem[] = [item(0)]): Outcome {
  switch (effect.kind) {
    case 'position':
      return { kind: 'position', next: null };
    case 'read':
      return { kind: 'read', items: effect.patience === 'idle' ? items : [] };
    case 'look-up':
      return { kind: 'look-up', session: effect.session ?? 'new', known: new Set(), deadLettered: new Set() };
    case 'find-tombstone':
      return { kind: 'find-tombstone', found: false };
    default:
      return { kind: effect.kind };
  }
}
