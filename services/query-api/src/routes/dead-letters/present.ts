// A dead letter as the API shows it.
import type { DeadLetterAnswer } from '@sazabi/contract/schemas';
import type { Letter } from '@sazabi/log-store';

export function presentDeadLetter(letter: Letter): DeadLetterAnswer {
  const { id, projectId, rows, bytes, reason, replays, deadAt, expiresOn } = letter;
  return { id, projectId, logs: rows, bytes, reason, replays, deadAt, expiresOn };
}
