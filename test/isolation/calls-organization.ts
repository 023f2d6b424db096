// Calls on what belongs to an organization: projects, threads, settings, the audit log; and those that need no key.
import { anyCursor, type Call, type CallParts, forget, keepCursor, withQuery, word } from './call.ts';
import { pickThing } from './dice.ts';
import type { Thing } from './model.ts';

const pick =
  (kind: Thing['kind'], destroys = false) =>
  ({ model, caller, dice }: CallParts) =>
    pickThing(model, caller, kind, dice, { destroys });

const list = (scope: Call['scope'], path: string): Call => ({
  scope,
  plan(parts) {
    const cursor = anyCursor(parts);
    return {
      ask: () => ({
        method: 'GET',
        path: withQuery(path, { limit: '20', cursor }),
      }),
      thing: null,
      judge: keepCursor(parts),
    };
  },
});

const get = (scope: Call['scope'], kind: Thing['kind'], path: (id: string) => string): Call => ({
  scope,
  plan: (parts) => ({ ask: (id) => ({ method: 'GET', path: path(id) }), thing: pick(kind)(parts) }),
});

const plain = (scope: Call['scope'], path: string): Call => ({
  scope,
  plan: () => ({ ask: () => ({ method: 'GET', path }), thing: null }),
});

const newThing = ({ caller }: CallParts, kind: Thing['kind'], id: string, shown: Thing['shown']): Thing => ({
  kind,
  id,
  org: caller.org,
  mode: 'live',
  seenBy: 'both',
  expendable: true,
  shown,
});

const createProject: Call = {
  scope: 'projects:write',
  liveOnly: true,
  plan(parts) {
    const name = `${word(parts, 'both')} made`;
    return {
      ask: () => ({ method: 'POST', path: '/projects', body: { name } }),
      thing: null,
      judge: ({ body: { data } }) => parts.model.things.push(newThing(parts, 'project', data.id, { name })),
    };
  },
};

/** Changes one of its own that it may, or tries to with another's. */
const change = (scope: Call['scope'], kind: 'project' | 'thread', field: string): Call => ({
  scope,
  ...(kind === 'project' ? { liveOnly: true } : {}),
  plan(parts) {
    const thing = pick(kind, true)(parts);
    const changes = { [field]: `${word(parts, 'both')} changed ${parts.dice.below(100)}` };
    return {
      ask: (id) => ({ method: 'PATCH', path: `/${kind}s/${id}`, body: changes }),
      thing,
      judge() {
        thing.shown = { ...thing.shown, ...changes };
      },
    };
  },
});

const remove = (scope: Call['scope'], kind: 'project' | 'thread'): Call => ({
  scope,
  ...(kind === 'project' ? { liveOnly: true } : {}),
  plan(parts) {
    const thing = pick(kind, true)(parts);
    return {
      ask: (id) => ({ method: 'DELETE', path: `/${kind}s/${id}` }),
      thing,
      judge: () => forget(parts.model, thing),
    };
  },
});

const createThread: Call = {
  scope: 'threads:write',
  plan(parts) {
    const title = `${word(parts, 'both')} made`;
    return {
      ask: () => ({ method: 'POST', path: '/threads', body: { title } }),
      thing: null,
      judge: ({ body: { data } }) => parts.model.things.push(newThing(parts, 'thread', data.id, { title })),
    };
  },
};

const createMessage: Call = {
  scope: 'threads:write',
  plan(parts) {
    const log = pick('log')(parts);
    return {
      ask: (id) => ({
        method: 'POST',
        path: `/threads/${id}/messages`,
        body: { body: word(parts, 'both'), logIds: [log.id] },
      }),
      thing: pick('thread')(parts),
    };
  },
};

const updateSettings: Call = {
  scope: 'settings:write',
  liveOnly: true,
  plan: (parts) => ({
    ask: () => ({
      method: 'PATCH',
      path: '/settings',
      body: {
        name: `${word(parts, 'both')} ${parts.dice.below(100)}`,
        defaultRetentionDays: 30 + parts.dice.below(30),
      },
    }),
    thing: null,
  }),
};

/** Asked for the entries of something: of another organization's there are none, as of nothing. */
const listAuditLog: Call = {
  scope: 'admin',
  plan(parts) {
    const thing =
      parts.dice.below(2) === 0 ? null : pick(parts.dice.oneOf(['project', 'secret-key', 'public-key']))(parts);
    const cursor = anyCursor(parts);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery('/audit-log', { limit: '20', targetId: thing && id, cursor }),
      }),
      thing,
      judge: keepCursor(parts),
    };
  },
};

export const ORGANIZATION_CALLS: Readonly<Record<string, Call>> = {
  'GET /me': plain('any', '/me'),
  'GET /projects': list('projects:read', '/projects'),
  'POST /projects': createProject,
  'GET /projects/{id}': get('projects:read', 'project', (id) => `/projects/${id}`),
  'PATCH /projects/{id}': change('projects:write', 'project', 'name'),
  'DELETE /projects/{id}': remove('projects:write', 'project'),
  'GET /threads': list('threads:read', '/threads'),
  'POST /threads': createThread,
  'GET /threads/{id}': get('threads:read', 'thread', (id) => `/threads/${id}`),
  'PATCH /threads/{id}': change('threads:write', 'thread', 'title'),
  'DELETE /threads/{id}': remove('threads:write', 'thread'),
  'GET /threads/{id}/messages': get('threads:read', 'thread', (id) => `/threads/${id}/messages`),
  'POST /threads/{id}/messages': createMessage,
  'GET /settings': plain('settings:read', '/settings'),
  'PATCH /settings': updateSettings,
  'GET /audit-log': listAuditLog,
  'GET /healthz': plain('none', '/healthz'),
  'GET /readyz': plain('none', '/readyz'),
  'GET /version': plain('none', '/version'),
};
