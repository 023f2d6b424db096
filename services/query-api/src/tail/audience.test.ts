// Who is shown a row: tails by mode and project, as they come, change and go.
import type { RowView } from '@sazabi/log-store';
import { expect, it } from 'vitest';
import { createAudience, type Listener } from './audience.ts';

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
    mode: 'live',
    matches: () => true,
    output: {
      ...OUTPUT,
      row: () => void seen.push(name),
      flush: () => undefined,
      waitingBytes: () => 0,
      isOpen: () => true,
    },
    visibleFrom: () => new Map(projects().map((projectId) => [projectId, 0])),
  };
}

it('a row goes to the tails of its project and mode, whose projects may change and who may leave', () => {
  const audience = createAudience();
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
  const audience = createAudience();
  const seen: string[] = [];
  for (const name of ['one', 'other']) audience.add(listenerOf(name, () => ['a'], seen));
  const showing = audience.show(rowOf('a'), 'id')[Symbol.iterator]();
  showing.next();
  expect(seen).toEqual(['one']);
  showing.next();
  expect(seen).toEqual(['one', 'other']);
});
