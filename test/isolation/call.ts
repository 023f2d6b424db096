// One kind of call of the isolation test: what it asks for, and what its answer means for the model.
import type { Scope } from '@sazabi/contract';
import type { Answer, Ask } from './ask.ts';
import type { Dice } from './dice.ts';
import { type Caller, cellOf, logsSeen, type Model, type Thing, type Words, type Writer } from './model.ts';

export interface CallParts {
  readonly model: Model;
  readonly caller: Caller;
  readonly dice: Dice;
}

export interface PlannedCall {
  /** The request, with this id in the place of the thing's own. */
  readonly ask: (id: string) => Omit<Ask, 'key'>;
  /** What it names; null = nothing. */
  readonly thing: Thing | null;
  /** Holds a 2xx answer against the model, and takes what it did into it. @throws Error what is wrong */
  readonly judge?: (answer: Answer) => void;
}

export interface Call {
  readonly scope: Scope | 'any' | 'none';
  /** A test key may not, whatever its scopes. */
  readonly liveOnly?: true;
  plan(parts: CallParts): PlannedCall;
}

export const word = ({ model, caller }: Pick<CallParts, 'model' | 'caller'>, seenBy: 'live' | 'test' | 'both') =>
  model.words[caller.org]?.[seenBy] ?? '';

/** Any organization's, the caller's included. */
export function anyWord({ model, dice }: Pick<CallParts, 'model' | 'dice'>): string {
  const words = model.words[dice.below(model.words.length)];
  return words?.[dice.oneOf<keyof Words>(['live', 'test', 'both'])] ?? '';
}

export const isForeign = ({ model, caller }: Pick<CallParts, 'model' | 'caller'>, text: string) =>
  text !== '' && model.words[caller.org]?.[caller.mode] !== text;

/** A call that only reads, and names one thing in its path. */
export const reads = (scope: Scope, path: (id: string) => string, pick: (parts: CallParts) => Thing): Call => ({
  scope,
  plan: (parts) => ({ ask: (id) => ({ method: 'GET', path: path(id) }), thing: pick(parts) }),
});

/** Some cursor, of whomever, for a list; '' = none. */
export function anyCursor({ model, dice }: CallParts): string {
  if (dice.below(3) > 0 || model.cursors.length === 0) return '';
  return model.cursors[dice.below(model.cursors.length)] ?? '';
}

/** @throws Error where a count is not what the model knows */
export function holdCount(what: string, count: number, least: number, most: number): void {
  if (!(count >= least && count <= most)) throw new Error(`${what}: ${count} counted, ${least} to ${most} are there`);
}

/** The bounds of what the caller may count: of a project of its own, or of all. */
export const countable = ({ model, caller }: Pick<CallParts, 'model' | 'caller'>, project: Thing | null) =>
  logsSeen(model, caller, project?.id ?? null);

export function noteAccepted(
  model: Model,
  { projectId, mode }: Pick<Writer, 'projectId' | 'mode'>,
  logs: number,
): void {
  const cell = cellOf(projectId, mode);
  const count = model.counts.get(cell) ?? { seeded: 0, accepted: 0 };
  model.counts.set(cell, count);
  count.accepted += logs;
}

/** Takes a thing out of the model: it was deleted. */
export function forget(model: Model, thing: Thing): void {
  thing.shown = null;
  if (thing.kind !== 'project') return;
  for (const writer of model.writers) if (writer.projectId === thing.id) writer.state = 'revoked';
  model.counts.delete(cellOf(thing.id, 'live'));
  model.counts.delete(cellOf(thing.id, 'test'));
}

/** A path with those parameters that are there. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | null | undefined>>): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** Keeps where a list goes on, for others to try. */
export const keepCursor =
  ({ model }: Pick<CallParts, 'model'>) =>
  ({ body }: Answer): void => {
    if (typeof body?.nextCursor === 'string') model.cursors.push(body.nextCursor);
  };
