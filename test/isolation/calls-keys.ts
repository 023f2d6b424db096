// Calls that manage keys, with random modes, scopes and expiry, on anybody's keys.
import { type Mode, SCOPES, type Scope } from '@sazabi/contract';
import type { Answer } from './ask.ts';
import { anyCursor, type Call, type CallParts, keepCursor, withQuery, word } from './call.ts';
import { pickThing } from './dice.ts';
import { type Caller, holds, keyIsSeenBy, type Thing } from './model.ts';

type Type = 'public' | 'secret';

const list = (type: Type): Call => ({
  scope: 'keys:read',
  plan(parts) {
    const { model, caller, dice } = parts;
    const project = type === 'public' && dice.below(2) === 0 ? pickThing(model, caller, 'project', dice) : null;
    const cursor = anyCursor(parts);
    const mode = dice.oneOf([null, 'live', 'test']);
    return {
      ask: (id) => ({
        method: 'GET',
        path: withQuery(`/${type}-keys`, { limit: '20', mode, projectId: project && id, cursor }),
      }),
      thing: project,
      judge: keepCursor(parts),
    };
  },
});

const create = (type: Type): Call => ({
  scope: 'keys:write',
  plan(parts) {
    const { model, caller, dice } = parts;
    const mode = caller.mode === 'test' && dice.below(4) > 0 ? 'test' : dice.oneOf<Mode>(['live', 'test']);
    const project = type === 'public' && dice.below(2) === 0 ? pickThing(model, caller, 'project', dice) : null;
    const scopes = type === 'secret' ? randomScopes(parts) : [];
    const body = {
      name: `${word(parts, keyIsSeenBy(mode))} made`,
      mode,
      rateLimitPerMinute: null,
      ...(type === 'secret' ? { scopes } : {}),
      ...(dice.below(3) === 0 ? { expiresAt: new Date(Date.now() + 86_400_000).toISOString() } : {}),
    };
    return {
      ask: (id) => ({
        method: 'POST',
        path: `/${type}-keys`,
        body: { ...body, ...(project === null ? {} : { projectId: id }) },
      }),
      thing: project,
      judge(answer) {
        if (caller.mode === 'test' && mode === 'live') throw new Error('a test key made a live key');
        takeKey(parts, type, mode, answer);
      },
    };
  },
});

function randomScopes({ caller, dice }: CallParts): Scope[] {
  const wanted = SCOPES.filter(() => dice.below(3) === 0);
  // Mostly what the caller may give, so that many keys come of it.
  const given = dice.below(4) > 0 ? wanted.filter((scope) => holds(caller, scope)) : wanted;
  return given.length > 0 ? given : ['logs:read'];
}

/** A new key into the model: as a thing, and as one that calls. @throws Error where it may more than the caller */
function takeKey({ model, caller }: CallParts, type: Type, mode: Mode, { body: { data } }: Answer): void {
  const beyond = (data.scopes ?? []).find((scope: Scope) => !holds(caller, scope));
  if (beyond !== undefined) throw new Error(`a key was made with ${beyond}, which its maker lacks`);
  const shown = { name: data.name, ...(type === 'secret' ? { scopes: data.scopes } : { projectId: data.projectId }) };
  const { org } = caller;
  model.things.push({
    kind: `${type}-key`,
    id: data.id,
    org,
    mode,
    seenBy: keyIsSeenBy(mode),
    expendable: true,
    shown,
  });
  const key = { org, mode, keyId: data.id, key: data.key, state: 'good' as const };
  if (type === 'secret') model.callers.push({ ...key, scopes: data.scopes });
  else model.writers.push({ ...key, projectId: data.projectId });
}

const keyOf =
  (type: Type) =>
  ({ model, caller, dice }: CallParts): Thing =>
    pickThing(model, caller, `${type}-key`, dice, { destroys: true });

const change = (type: Type): Call => ({
  scope: 'keys:write',
  plan(parts) {
    const thing = keyOf(type)(parts);
    const changes = {
      name: `${word(parts, thing.seenBy)} changed ${parts.dice.below(100)}`,
      ...(type === 'secret' && parts.dice.below(2) === 0 ? { scopes: randomScopes(parts) } : {}),
    };
    return {
      ask: (id) => ({ method: 'PATCH', path: `/${type}-keys/${id}`, body: changes }),
      thing,
      judge() {
        thing.shown = { ...thing.shown, ...changes };
        const called = callerWith(parts, thing);
        if (called !== undefined && changes.scopes !== undefined) called.scopes = changes.scopes;
      },
    };
  },
});

const revoke = (type: Type): Call => ({
  scope: 'keys:write',
  plan(parts) {
    const thing = keyOf(type)(parts);
    return {
      ask: (id) => ({ method: 'DELETE', path: `/${type}-keys/${id}` }),
      thing,
      judge: () => end(parts, thing),
    };
  },
});

const rotate = (type: Type): Call => ({
  scope: 'keys:write',
  plan(parts) {
    const thing = keyOf(type)(parts);
    return {
      ask: (id) => ({ method: 'POST', path: `/${type}-keys/${id}/rotate`, body: { overlapSeconds: 0 } }),
      thing,
      judge(answer) {
        end(parts, thing);
        takeKey(parts, type, thing.mode, answer);
      },
    };
  },
});

const callerWith = ({ model }: CallParts, { id }: Thing): Caller | undefined =>
  model.callers.find(({ keyId }) => keyId === id);

function end(parts: CallParts, thing: Thing): void {
  const called = callerWith(parts, thing);
  if (called !== undefined) called.state = 'revoked';
  for (const writer of parts.model.writers) if (writer.keyId === thing.id) writer.state = 'revoked';
}

const get = (type: Type): Call => ({
  scope: 'keys:read',
  plan: ({ model, caller, dice }) => ({
    ask: (id) => ({ method: 'GET', path: `/${type}-keys/${id}` }),
    thing: pickThing(model, caller, `${type}-key`, dice),
  }),
});

const callsOf = (type: Type): Readonly<Record<string, Call>> => ({
  [`GET /${type}-keys`]: list(type),
  [`POST /${type}-keys`]: create(type),
  [`GET /${type}-keys/{id}`]: get(type),
  [`PATCH /${type}-keys/{id}`]: change(type),
  [`DELETE /${type}-keys/{id}`]: revoke(type),
  [`POST /${type}-keys/{id}/rotate`]: rotate(type),
});

export const KEY_CALLS: Readonly<Record<string, Call>> = { ...callsOf('public'), ...callsOf('secret') };
