// A question before something that cannot be taken back.
import { createInterface } from 'node:readline';
import { usageError } from './cli-error.ts';
import type { Context } from './context.ts';

/**
 * Asks on a terminal; anything but "y" and "yes" ends the command. Where nobody can be asked, `--yes` must have been given.
 * @throws CliError (usage) where the answer is no, or nobody is there to give one
 */
export async function confirm({ stdin, output, canAsk }: Context, question: string): Promise<void> {
  if (!canAsk()) throw usageError(`${question} Say --yes: nobody can be asked here.`);
  output.note(`${question} [y/N]`);
  const lines = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  lines.close();
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw usageError('Nothing was done.');
}
