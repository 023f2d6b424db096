// What the isolation test knows: who owns what, who may see it, and the words by which an answer gives away whose it is.
import type { Mode, Scope } from '@sazabi/contract';

export type Kind = 'project' | 'public-key' | 'secret-key' | 'thread' | 'log' | 'receipt' | 'letter';

/** Who may see something: one organization, with keys of one mode or of both. */
export interface Owner {
  readonly org: number;
  readonly seenBy: Mode | 'both';
}

export interface Thing extends Owner {
  readonly kind: Kind;
  readonly id: string;
  /** Of a key its mode; a test key may not change live ones, and is told so. */
  readonly mode: Mode;
  /** Made by a scenario: it may be changed and deleted by its owner. */
  readonly expendable: boolean;
  /** What its owner sees of it, as far as calls change it; null = it is not asked for. */
  shown: Readonly<Record<string, unknown>> | null;
}

/** A key that calls the API, or a public key that tries to. */
export interface Caller {
  readonly org: number;
  readonly mode: Mode;
  readonly keyId: string;
  readonly key: string;
  scopes: readonly Scope[];
  state: 'good' | 'revoked' | 'expired' | 'public';
}

/** A public key that writes to one project. */
export interface Writer {
  readonly org: number;
  readonly mode: Mode;
  readonly projectId: string;
  readonly keyId: string;
  readonly key: string;
  state: 'good' | 'revoked';
}

/** Words of one organization: in the names and logs of what `seenBy` may see. */
export interface Words {
  readonly live: string;
  readonly test: string;
  readonly both: string;
}

export interface Model {
  readonly words: readonly Words[];
  readonly things: Thing[];
  readonly callers: Caller[];
  readonly writers: Writer[];
  /** Cursors of lists, queries and tails, of all organizations: none carries authority. */
  readonly cursors: string[];
  readonly eventIds: string[];
  /** Logs of each project and mode: those that were there before the first scenario, and all that were accepted. */
  readonly counts: Map<string, { readonly seeded: number; accepted: number }>;
  /** `project mode key` of every Idempotency-Key that was used. */
  readonly onceKeys: Set<string>;
}

export const cellOf = (projectId: string, mode: Mode) => `${projectId} ${mode}`;

export function maySee(caller: Caller | null, owner: Owner): boolean {
  if (caller === null || caller.state !== 'good' || caller.org !== owner.org) return false;
  return owner.seenBy === 'both' || owner.seenBy === caller.mode;
}

/** A key's name and settings: those of live keys are for live keys, those of test keys for both. */
export const keyIsSeenBy = (mode: Mode): Owner['seenBy'] => (mode === 'live' ? 'live' : 'both');

export function holds(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes('admin') || caller.scopes.includes(scope);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What the text gives away that the caller may not see and has not said itself; null = nothing. */
export function leakIn(model: Model, caller: Caller | null, text: string, request: string): string | null {
  for (const [org, words] of model.words.entries())
    for (const seenBy of ['live', 'test', 'both'] as const)
      if (!maySee(caller, { org, seenBy }) && text.includes(words[seenBy]) && !request.includes(words[seenBy]))
        return `a word of organization ${org}, ${seenBy}`;
  for (const [id] of text.matchAll(UUID)) {
    const owner = ownerOfId(model, id);
    // An id alone may be told to the other mode of its organization: a thread says which key made it.
    if (owner !== undefined && !(caller?.state === 'good' && caller.org === owner.org) && !request.includes(id))
      return `the id ${id} of organization ${owner.org}`;
  }
  return null;
}

const ownersById = new WeakMap<Model, { count: number; readonly owners: Map<string, Owner> }>();

/** Things are only added: those that came since the last question are indexed. */
function ownerOfId(model: Model, id: string): Owner | undefined {
  const index = ownersById.get(model) ?? { count: 0, owners: new Map<string, Owner>() };
  ownersById.set(model, index);
  for (const thing of model.things.slice(index.count)) index.owners.set(thing.id, thing);
  index.count = model.things.length;
  return index.owners.get(id);
}

/** Logs that the caller may see, of one project or of all: at least, and at most. */
export function logsSeen(model: Model, caller: Caller, projectId: string | null): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const thing of model.things) {
    if (thing.kind !== 'project' || thing.org !== caller.org || (projectId !== null && thing.id !== projectId))
      continue;
    const count = model.counts.get(cellOf(thing.id, caller.mode));
    least += thing.expendable ? 0 : (count?.seeded ?? 0);
    most += count?.accepted ?? 0;
  }
  return { least, most };
}
