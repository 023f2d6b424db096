// Whether more of a load was refused or failed than `--max-errors` says.
import { type LoadReport, STOPPED } from '@sazabi/load';

/**
 * What to say where it was, else null. What was not sent, and what was given up after Ctrl-C, is in neither count: the one is a limit of
 * this command, the other the person's own doing. Counts, not a share: 1 of 30,000 would be 0 %.
 */
export function tooManyErrors(
  { requests, acknowledged, errors }: Pick<LoadReport, 'requests' | 'acknowledged' | 'errors'>,
  percentMax: number,
): string | null {
  const stopped = errors.find(({ status, code }) => status === 0 && code === STOPPED)?.count ?? 0;
  const answered = requests - stopped;
  const failed = answered - acknowledged;
  if (failed * 100 <= percentMax * answered) return null;
  return `${failed.toLocaleString('en')} of ${answered.toLocaleString('en')} requests were refused or failed, more than the ${percentMax} % of --max-errors.`;
}
