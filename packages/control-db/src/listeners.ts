// Who wants to know of what is told on the channels.
import type { Channel, Told } from './control-db.ts';

export interface Listeners {
  readonly tell: Told;
  /** Returns how to stop it. */
  on(channel: Channel, listener: () => void): () => void;
}

export function createListeners(): Listeners {
  const listeners = new Map<Channel, Set<() => void>>();
  return {
    tell(channel) {
      for (const listener of listeners.get(channel) ?? []) listener();
    },
    on(channel, listener) {
      const mine = listeners.get(channel) ?? new Set();
      listeners.set(channel, mine.add(listener));
      return () => mine.delete(listener);
    },
  };
}
