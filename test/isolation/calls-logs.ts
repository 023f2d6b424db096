// Calls that read logs: by any selection, with anybody's ids, words and cursors in it.
import {
  anyCursor,
  anyWord,
  type Call,
  type CallParts,
  countable,
  holdCount,
  isForeign,
  keepCursor,
  reads,
  withQuery,
} from './call.ts';
import { pickThing } from './dice.ts';
import type { Thing } from './model.ts';

const ALL_TIME = '-30d';

interface Selection {
  readonly body: Readonly<Record<string, unknown>>;
  /** A word that only others' logs have is asked for: nothing may be found. */
  readonly foreign: boolean;
  /** Everything in scope is asked for. */
  readonly whole: boolean;
}

function selectionOf(parts: CallParts): Selection {
  const { dice } = parts;
  const word = anyWord(parts);
  const foreign = isForeign(parts, word);
  const filter = (field: string, op: string, value?: unknown) => ({
    body: { from: ALL_TIME, filters: [{ field, op, ...(value === undefined ? {} : { value }) }] },
    foreign,
    whole: false,
  });
  switch (dice.below(9)) {
    case 0:
      return { body: { from: ALL_TIME, search: { query: word, mode: 'all' } }, foreign, whole: false };
    case 1:
      return { body: { from: ALL_TIME, search: { query: word.slice(1), mode: 'substring' } }, foreign, whole: false };
    case 2:
      return filter('service', 'eq', `${word}-service`);
    case 3:
      return filter(`attributes.${word}`, 'exists');
    case 4:
      return filter('attributes.owner', 'eq', word);
    case 5: {
      const thing = pickThing(parts.model, parts.caller, 'project', dice);
      const isTheirs = thing.org !== parts.caller.org;
      return {
        body: { from: ALL_TIME, filters: [{ field: 'projectId', op: 'eq', value: thing.id }] },
        foreign: isTheirs,
        whole: false,
      };
    }
    case 6:
      return { ...filter('message', 'contains', word), foreign };
    default:
      return { body: { from: ALL_TIME }, foreign: false, whole: true };
  }
}

/** The project that a body or query names, or null for none. */
const maybeProject = (parts: CallParts): Thing | null =>
  parts.dice.below(2) === 0 ? null : pickThing(parts.model, parts.caller, 'project', parts.dice);

const withProject = (project: Thing | null, id: string) => (project === null ? {} : { projectId: id });

const queryLogs: Call = {
  scope: 'logs:read',
  plan(parts) {
    const { body, foreign } = selectionOf(parts);
    const project = maybeProject(parts);
    const cursor = anyCursor(parts);
    return {
      ask: (id) => ({
        method: 'POST',
        path: '/logs/query',
        body: { ...body, ...withProject(project, id), limit: 20, ...(cursor === '' ? {} : { cursor }) },
      }),
      thing: project,
      judge(answer) {
        if (foreign && answer.body.data.length > 0) throw new Error('a query for what is foreign found something');
        keepCursor(parts)(answer);
      },
    };
  },
};

const countLogs: Call = {
  scope: 'logs:read',
  plan(parts) {
    const { body, foreign, whole } = selectionOf(parts);
    const project = maybeProject(parts);
    const groupBy = parts.dice.oneOf([undefined, 'service', 'projectId', 'keyId', 'attributes.owner', 'host']);
    return {
      ask: (id) => ({
        method: 'POST',
        path: '/logs/volume',
        body: {
          ...body,
          ...withProject(project, id),
          interval: '1d',
          limit: 100,
          ...(groupBy === undefined ? {} : { groupBy }),
        },
      }),
      thing: project,
      judge({ body: { data } }) {
        const { least, most } = countable(parts, project);
        holdCount('volume', data.total, whole ? least : 0, foreign ? 0 : most);
      },
    };
  },
};

const listLogFields: Call = {
  scope: 'logs:read',
  plan(parts) {
    const project = maybeProject(parts);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery('/logs/fields', { from: ALL_TIME, projectId: project && id }),
      }),
      thing: project,
      judge({ body: { data } }) {
        const { least, most } = countable(parts, project);
        for (const kind of ['levels', 'services'])
          holdCount(kind, sum(data[kind].map(({ count }: { count: number }) => count)), least, most);
      },
    };
  },
};

const tailLogs: Call = {
  scope: 'logs:read',
  plan(parts) {
    const { model, dice } = parts;
    const project = maybeProject(parts);
    const eventId = dice.below(2) === 0 ? undefined : model.eventIds[dice.below(Math.max(1, model.eventIds.length))];
    const search = dice.below(2) === 0 ? null : anyWord(parts);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery('/logs/tail', { search, projectId: project && id }),
        ...(eventId === undefined ? {} : { headers: { 'last-event-id': eventId } }),
        stream: true,
      }),
      thing: project,
    };
  },
};

const getUsage: Call = {
  scope: 'usage:read',
  plan(parts) {
    const project = maybeProject(parts);
    const cursor = anyCursor(parts);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery('/usage', { limit: '100', projectId: project && id, cursor }),
      }),
      thing: project,
      judge(answer) {
        const logs = answer.body.data.map(({ accepted }: { accepted: { logs: number } }) => accepted.logs);
        holdCount('usage', sum(logs), 0, countable(parts, project).most);
        keepCursor(parts)(answer);
      },
    };
  },
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const thingOf =
  (kind: Thing['kind'], destroys = false) =>
  ({ model, caller, dice }: CallParts) =>
    pickThing(model, caller, kind, dice, { destroys });

/** A letter of its own is left where it is: what others' calls do is what counts. */
const foreignLetter = (parts: CallParts) => thingOf('letter', true)(parts);

const listDeadLetters: Call = {
  scope: 'admin',
  plan(parts) {
    const project = maybeProject(parts);
    const cursor = anyCursor(parts);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery('/dead-letters', { limit: '5', projectId: project && id, cursor }),
      }),
      thing: project,
    };
  },
};

export const LOG_CALLS: Readonly<Record<string, Call>> = {
  'POST /logs/query': queryLogs,
  'POST /logs/volume': countLogs,
  'GET /logs/fields': listLogFields,
  'GET /logs/tail': tailLogs,
  'GET /logs/{id}': reads('logs:read', (id) => `/logs/${id}`, thingOf('log')),
  'GET /receipts/{receipt}': reads('logs:read', (id) => `/receipts/${id}`, thingOf('receipt')),
  'GET /usage': getUsage,
  'GET /dead-letters': listDeadLetters,
  'POST /dead-letters/{id}/replay': {
    scope: 'admin',
    plan: (parts) => ({
      ask: (id) => ({ method: 'POST', path: `/dead-letters/${id}/replay` }),
      thing: foreignLetter(parts),
    }),
  },
  'DELETE /dead-letters/{id}': {
    scope: 'admin',
    plan: (parts) => ({
      ask: (id) => ({ method: 'DELETE', path: `/dead-letters/${id}` }),
      thing: foreignLetter(parts),
    }),
  },
};
