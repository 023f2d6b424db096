// The parent's side of the sender's process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Share, Workload } from './workload.ts';

export interface Target extends Share {
  readonly url: string;
  /** Of the prepared requests in turn; at least one. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly connections: number;
}

export type SenderOrder = { readonly type: 'prepare'; readonly work: Workload } | ({ readonly type: 'send' } & Target);

export interface Prepared {
  readonly bytesPerLog: number;
}

export interface Sent {
  /** By the wall clock, from the first connection to the last answer. */
  readonly seconds: number;
  /** Of the sender itself. */
  readonly cpuSeconds: number;
}

export type SenderAnswer = Prepared | Sent;

export interface Sender extends Prepared {
  /** Resolves when every request was answered 202. @throws Error for any other answer */
  send(target: Target): Promise<Sent>;
  stop(): void;
}

/** Starts a sender and lets it prepare the workload's bodies. It ends with this process. */
export async function startSender(work: Workload): Promise<Sender> {
  const child = fork(fileURLToPath(import.meta.resolve('./sender-process.ts')), []);
  const ask = <Answer extends SenderAnswer>(order: SenderOrder): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error('The sender has ended.'));
      child.once('exit', gone);
      child.once('message', (message: { answer: Answer } | { problem: string }) => {
        child.off('exit', gone);
        if ('answer' in message) resolve(message.answer);
        else reject(new Error(message.problem));
      });
      child.send(order);
    });
  const { bytesPerLog } = await ask<Prepared>({ type: 'prepare', work });
  return { bytesPerLog, send: (target) => ask<Sent>({ type: 'send', ...target }), stop: () => child.disconnect() };
}
