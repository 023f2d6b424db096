// One page of usage out of two: what is stored, and what the intakes have reported of requests.
import type { UsageAnswer } from '@sazabi/contract/schemas';
import type { KeyUsageRow, UsagePlace } from '@sazabi/control-db';
import type { StoredUsage } from '@sazabi/log-store';

/**
 * The first `limit` rows of both lists together, which are in the same order, the last day first. Of each list one row more was
 * asked for than is shown, so that a row that is shown has the counts of both, and the last page is known as such.
 */
export function mergeUsage(
  stored: readonly StoredUsage[],
  reported: readonly KeyUsageRow[],
  limit: number,
): { readonly rows: UsageAnswer[]; readonly more: boolean } {
  const rows = new Map<string, UsageAnswer>();
  const of = ({ day, projectId, keyId }: UsagePlace): UsageAnswer => {
    const place = `${day} ${projectId} ${keyId}`;
    const known = rows.get(place);
    if (known !== undefined) return known;
    const accepted = { logs: 0, bytes: 0 };
    const row = { day, projectId, keyId, accepted, rejected: {}, refused: {}, limited: 0, requests: 0 };
    rows.set(place, row);
    return row;
  };
  for (const { logs, bytes, ...place } of stored) of(place).accepted = { logs, bytes };
  for (const row of reported) {
    const { rejected, refused, limited, requests } = row;
    Object.assign(of(row), { rejected, refused, limited, requests });
  }
  const all = [...rows].toSorted(([one], [other]) => (one < other ? 1 : -1)).map(([, row]) => row);
  return { rows: all.slice(0, limit), more: all.length > limit };
}
