// The open tails by what they may see: each row goes to those of its project and mode, and is made into an event at most once.
import { type LogScope, type RowMatcher, type RowView, visibleFromByProject } from '@sazabi/log-store';
import { logEvent } from './events.ts';
import { createJoinedEvents, type TailOutput } from './tail-output.ts';

/** One tail as rows meet it. */
export interface Listener {
  readonly mode: string;
  readonly matches: RowMatcher;
  readonly output: TailOutput;
  /** By project: from which time received on (milliseconds since 1970) its rows are seen. Changes while the tail is open. */
  visibleFrom(): ReadonlyMap<string, number>;
}

export interface Audience {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** To be called when projects of a listener have changed. */
  refresh(): void;
  has(listener: Listener): boolean;
  /**
   * Shows the row to all who may see it and asked for it, one after the other: it may rest after each. `id` stands for everything up
   * to and including it.
   */
  show(row: RowView, id: string): Iterable<void>;
  /** Sends what was shown. */
  flush(): void;
}

export function createAudience(): Audience {
  const listeners = new Set<Listener>();
  /** By mode and project; null where it must be made anew. */
  let places: Map<string, Listener[]> | null = null;
  const shown = new Set<Listener>();
  const placesNow = () => {
    places ??= placesOf(listeners);
    return places;
  };
  const forget = () => {
    places = null;
  };
  return {
    add(listener) {
      listeners.add(listener);
      forget();
    },
    remove(listener) {
      listeners.delete(listener);
      shown.delete(listener);
      forget();
    },
    refresh: forget,
    has: (listener) => listeners.has(listener),
    *show(row, id) {
      const here = placesNow().get(placeOf(row.text('projectId'), row.mode()));
      if (here === undefined) return;
      let event: Buffer | undefined;
      for (const listener of here) {
        if (sees(listener, row) && listener.matches(row) && listener.output.isOpen()) {
          event ??= logEvent(id, row.toLogRow());
          listener.output.row(event);
          shown.add(listener);
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

function placesOf(listeners: ReadonlySet<Listener>): Map<string, Listener[]> {
  const places = new Map<string, Listener[]>();
  for (const listener of listeners) {
    for (const projectId of listener.visibleFrom().keys()) {
      const place = placeOf(projectId, listener.mode);
      const here = places.get(place);
      if (here === undefined) places.set(place, [listener]);
      else here.push(listener);
    }
  }
  return places;
}
