// What supervisor and host say to each other over IPC. The password travels here, not in arguments or environment.

/** Supervisor → host, once. */
export interface StartEngine {
  readonly type: 'start';
  readonly libraryPath: string;
  readonly configFile: string;
  readonly dataFolder: string;
  readonly port: number;
  /** Whether other engines of a cluster are to reach it, on the port that the configuration names. */
  readonly listenTcp: boolean;
  readonly mergesByZstd: boolean;
  /** Basic header of `app`. */
  readonly authorization: string;
}

export type ToHost = StartEngine | { readonly type: 'stop' };
/** Host → supervisor, once, and what `setAsideBroken` did before. */
export type FromHost = { readonly type: 'ready'; readonly setAside: readonly string[] };

/** Whether a message has this `type`; the other fields are trusted, as both ends are this package. */
export function isMessage<T extends ToHost | FromHost>(message: unknown, type: T['type']): message is T {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}
