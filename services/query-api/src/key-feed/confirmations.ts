// Which intakes are connected here, how far each has confirmed, and who waits for that.
import type { FeedsState } from '@sazabi/control-db';

/** A connected intake as those who wait for it see it. */
export interface ConnectedIntake {
  /** Said by its hello; two connections of one intake (the old one not yet seen as cut) count once. */
  intakeId: string | null;
  /** Everything up to this seq is in force there; -1 = nothing known yet. */
  confirmedSeq: number;
  /** Ends its connection; it comes back by itself, with its position. */
  readonly cut: () => void;
}

export interface Confirmations {
  join(intake: ConnectedIntake): void;
  leave(intake: ConnectedIntake): void;
  /** To be called when an intake has said who it is or has confirmed more. */
  heard(): void;
  /**
   * Resolves to true once every connected intake has confirmed `seq`, to false after `timeoutMs`. Who was up to date
   * before and then does not confirm in time is cut off: a peer that is gone must not slow every later change.
   */
  waitFor(seq: number, timeoutMs: number): Promise<boolean>;
  /** What other replicas are told of. */
  state(): FeedsState;
  connected(): number;
  cutAll(): void;
}

/** @param changed called when {@link Confirmations.state} has changed */
export function createConfirmations(changed: () => void): Confirmations {
  const intakes = new Set<ConnectedIntake>();
  const waiting = new Set<() => void>();
  const state = (): FeedsState => ({
    intakeIds: [...new Set([...intakes].flatMap(({ intakeId }) => intakeId ?? []))],
    confirmedSeq: intakes.size === 0 ? null : Math.min(...[...intakes].map(({ confirmedSeq }) => confirmedSeq)),
  });
  let told = JSON.stringify(state());
  const check = () => {
    for (const look of waiting) look();
    const now = JSON.stringify(state());
    if (now === told) return;
    told = now;
    changed();
  };
  const reached = (seq: number) => [...intakes].every(({ confirmedSeq }) => confirmedSeq >= seq);

  return {
    join(intake) {
      intakes.add(intake);
      check();
    },
    leave(intake) {
      intakes.delete(intake);
      check();
    },
    heard: check,
    waitFor(seq, timeoutMs) {
      if (reached(seq)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (done: boolean) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(done);
        };
        const look = () => {
          if (reached(seq)) settle(true);
        };
        const timer = setTimeout(() => {
          settle(false);
          for (const { confirmedSeq, cut } of intakes) if (confirmedSeq >= 0 && confirmedSeq < seq) cut();
        }, timeoutMs);
        waiting.add(look);
      });
    },
    state,
    connected: () => intakes.size,
    cutAll() {
      for (const { cut } of intakes) cut();
    },
  };
}
