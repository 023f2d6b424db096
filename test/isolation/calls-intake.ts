// Calls of the intake, by anybody's public key, under Idempotency-Keys that all organizations use.
import type { Answer, Ask } from './ask.ts';
import { noteAccepted } from './call.ts';
import type { Dice } from './dice.ts';
import { cellOf, type Model, type Writer } from './model.ts';
import { logOf } from './world.ts';

export interface IntakeCall {
  plan(
    model: Model,
    writer: Writer,
    dice: Dice,
  ): { readonly ask: Omit<Ask, 'key'>; readonly judge: (answer: Answer) => void };
}

const write = (path: string, eventOf: (word: string, n: number) => object): IntakeCall => ({
  plan(model, writer, dice) {
    const word = model.words[writer.org]?.[writer.mode] ?? '';
    const body = Array.from({ length: 1 + dice.below(3) }, (_, n) => eventOf(word, n));
    // A few that everybody sends: of another project or mode it is another key.
    const once = dice.below(2) === 0 ? null : `shared-${dice.below(5)}`;
    return {
      ask: {
        method: 'POST',
        path,
        body,
        intake: true,
        ...(once === null ? {} : { headers: { 'idempotency-key': once } }),
      },
      judge({ body: answer }) {
        const { projectId, mode, org } = writer;
        const own = { org, seenBy: mode, mode, expendable: false, shown: null };
        model.things.push({ kind: 'receipt', id: answer.data.receipt, ...own });
        const first = once === null || !model.onceKeys.has(`${cellOf(projectId, mode)} ${once}`);
        if (once !== null) model.onceKeys.add(`${cellOf(projectId, mode)} ${once}`);
        if (first) noteAccepted(model, writer, answer.data.accepted);
      },
    };
  },
});

export const INTAKE_CALLS: Readonly<Record<string, IntakeCall>> = {
  'POST /v1/logs': write('/v1/logs', logOf),
  'POST /v1/events': write('/v1/events', (word, n) => ({ ...logOf(word, n), name: `${word} event` })),
};
