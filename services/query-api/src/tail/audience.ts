// The open tails by what they may see: each row goes to those of its project and mode, and is made into an event at most once.
import { type LogScope, type RowMatcher, type RowView, visibleFromByProject } from '@sazabi/log-store';
import { logEvent } from './events.ts';
import type { MatchBudget } from './match-budget.ts';
import { createJoinedEvents, type TailOutput } from './tail-output.ts';

/** One tail as rows meet it. */
export interface Listener {
  readonly organizationId: string;
  readonly mode: string;
  readonly matches: RowMatcher;
  readonly output: TailOutput;
  /** By project: from which time received on (milliseconds since 1970) its rows are seen. Changes while the tail is open. */
  visibleFrom(): ReadonlyMap<string, number>;
}

export interface Audience {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** To be called when projects of the listener have changed, in the audience or not. */
  refresh(listener: Listener): void;
  has(listener: Listener): boolean;
  /**
   * Shows the row to all who may see it and asked for it, one after the other: it may rest after each. `id` stands for everything up
   * to and including it. Where an organization has had its time, the row is counted as left out for its tails.
   */
  show(row: RowView, id: string): Iterable<void>;
  /** Sends what was shown. */
  flush(): void;
}

/** A tail more or less, or other projects of it, touches that tail's places alone: hundreds come back together. */
export function createAudience(budget: MatchBudget): Audience {
  /** With the projects by which each has its places. */
  const listeners = new Map<Listener, ReadonlyMap<string, number>>();
  /** By mode and project. */
  const places = new Map<string, Set<Listener>>();
  const shown = new Set<Listener>();
  const add = (listener: Listener) => {
    const projects = listener.visibleFrom();
    listeners.set(listener, projects);
    for (const projectId of projects.keys()) {
      const place = placeOf(projectId, listener.mode);
      const here = places.get(place);
      if (here === undefined) places.set(place, new Set([listener]));
      else here.add(listener);
    }
  };
  const matches = (listener: Listener, row: RowView) => {
    const beganMs = performance.now();
    const isMatch = listener.matches(row);
    budget.spend(listener.organizationId, performance.now() - beganMs);
    return isMatch;
  };
  const remove = (listener: Listener) => {
    for (const projectId of listeners.get(listener)?.keys() ?? []) {
      const place = placeOf(projectId, listener.mode);
      const here = places.get(place);
      here?.delete(listener);
      if (here?.size === 0) places.delete(place);
    }
    listeners.delete(listener);
    shown.delete(listener);
  };
  return {
    add,
    remove,
    refresh(listener) {
      if (!listeners.has(listener)) return;
      const wasShown = shown.has(listener);
      remove(listener);
      add(listener);
      if (wasShown) shown.add(listener);
    },
    has: (listener) => listeners.has(listener),
    *show(row, id) {
      const here = places.get(placeOf(row.text('projectId'), row.mode()));
      if (here === undefined) return;
      let event: Buffer | undefined;
      for (const listener of here) {
        if (sees(listener, row) && listener.output.isOpen()) {
          if (budget.isSpent(listener.organizationId)) {
            listener.output.passOver();
            shown.add(listener);
          } else if (matches(listener, row)) {
            event ??= logEvent(id, row.toLogRow());
            listener.output.row(event);
            shown.add(listener);
          }
        }
        yield;
      }
    },
    flush() {
      const joined = createJoinedEvents();
      for (const { output } of shown) output.flush(joined);
      shown.clear();
    },
  };
}

/** Whether the row belongs to what the listener may see. */
export function isFor(listener: Listener, row: RowView): boolean {
  return row.mode() === listener.mode && sees(listener, row);
}

/** By project, from which time received on its rows are seen now. */
export function visibleFrom(scope: LogScope): ReadonlyMap<string, number> {
  return visibleFromByProject(scope, Date.now());
}

function sees(listener: Listener, row: RowView): boolean {
  const fromMs = listener.visibleFrom().get(row.text('projectId'));
  return fromMs !== undefined && row.receivedAtMs() >= fromMs;
}

function placeOf(projectId: string, mode: string): string {
  return `${mode} ${projectId}`;
}
