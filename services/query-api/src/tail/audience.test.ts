// Who is shown a row: tails by mode and project, as they come, change and go.
import type { RowView } from '@sazabi/log-store';
import { expect, it } from 'vitest';
import { createAudience, type Listener } from './audience.ts';
import { createMatchBudget } from './match-budget.ts';

const OUTPUT = { take: () => undefined, send: () => undefined, drained: async () => undefined, end: () => undefined };

/** A row of the project, with nothing else in it. */
function rowOf(projectId: string, mode = 'live'): RowView {
  const row = { id: '', projectId, timestamp: '', receivedAt: '', level: 'info', severityNumber: 9, message: '' };
  const none = {
    service: null,
    environment: null,
    host: null,
    traceId: null,
    spanId: null,
    eventName: null,
    keyId: null,
  };
  return {
    text: (field) => (field === 'projectId' ? projectId : ''),
    attribute: () => undefined,
    mode: () => mode,
    timestampNanos: () => 0n,
    receivedAtMs: () => 5n,
    severityNumber: () => 9,
    toLogRow: () => ({ ...row, ...none, attributes: {} }),
  };
}

function listenerOf(name: string, projects: () => readonly string[], seen: string[]): Listener {
  return {
    organizationId: name,
    mode: 'live',
    matches: () => true,
    output: {
      ...OUTPUT,
      row: () => void seen.push(name),
      passOver: () => void seen.push(`${name} passed over`),
      flush: () => undefined,
      waitingBytes: () => 0,
      bytesMax: () => 0,
      isOpen: () => true,
    },
    visibleFrom: () => new Map(projects().map((projectId) => [projectId, 0])),
  };
}

it('a row goes to the tails of its project and mode, whose projects may change and who may leave', () => {
  const audience = createAudience(createMatchBudget());
  const seen: string[] = [];
  const shownTo = (projectId: string, mode?: string) => {
    for (const _ of audience.show(rowOf(projectId, mode), 'id'));
    return seen.splice(0);
  };
  let projects = ['a'];
  const one = listenerOf('one', () => projects, seen);
  const other = listenerOf('other', () => ['a', 'b'], seen);
  audience.add(one);
  audience.add(other);
  expect([shownTo('a'), shownTo('b'), shownTo('c')]).toEqual([['one', 'other'], ['other'], []]);
  expect(shownTo('a', 'test')).toEqual([]);
  projects = ['b', 'c'];
  audience.refresh(one);
  expect([shownTo('a'), shownTo('b'), shownTo('c')]).toEqual([['other'], ['other', 'one'], ['one']]);
  audience.remove(one);
  audience.refresh(one);
  expect([shownTo('b'), shownTo('c'), audience.has(one), audience.has(other)]).toEqual([['other'], [], false, true]);
});

it('rests after each tail that looks at a row', () => {
  const audience = createAudience(createMatchBudget());
  const seen: string[] = [];
  for (const name of ['one', 'other']) audience.add(listenerOf(name, () => ['a'], seen));
  const showing = audience.show(rowOf('a'), 'id')[Symbol.iterator]();
  showing.next();
  expect(seen).toEqual(['one']);
  showing.next();
  expect(seen).toEqual(['one', 'other']);
});

it('an organization that has had its time is passed over while others have tails; they are shown every row', () => {
  const budget = createMatchBudget(1);
  const audience = createAudience(budget);
  const seen: string[] = [];
  const show = () => {
    for (const _ of audience.show(rowOf('a'), 'id'));
    return seen.splice(0);
  };
  const slow = {
    ...listenerOf('slow', () => ['a'], seen),
    matches: () => {
      const endMs = performance.now() + 2;
      while (performance.now() < endMs);
      return true;
    },
  };
  audience.add(slow);
  budget.count('slow', 1);
  expect([show(), show()]).toEqual([['slow'], ['slow']]);
  audience.add(listenerOf('other', () => ['a'], seen));
  budget.count('other', 1);
  expect(show()).toEqual(['slow passed over', 'other']);
  budget.renew();
  expect([show(), show()]).toEqual([
    ['slow', 'other'],
    ['slow passed over', 'other'],
  ]);
  budget.count('other', -1);
  expect(show()[0]).toBe('slow');
});
