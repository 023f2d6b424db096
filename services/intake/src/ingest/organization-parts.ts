// What each organization has of what all share: the time of the process, and the room for bodies.
import { type BytesBudget, type BytesRoom, createBudgetShare } from '../bytes-budget.ts';
import { type LoadShare, newLoadShare } from './load-shedding.ts';

export interface OrganizationPart {
  readonly share: LoadShare;
  readonly bodies: BytesRoom;
}

/**
 * The part of an organization, the same for all of its projects and keys: it makes as many of both as it likes. Held as long as
 * the process lives: there are no more of them than keys in the snapshot.
 */
export function createOrganizationParts(bodyBytes: BytesBudget): (organizationId: string) => OrganizationPart {
  const parts = new Map<string, OrganizationPart>();
  return (organizationId) => {
    const known = parts.get(organizationId);
    if (known !== undefined) return known;
    const part = { share: newLoadShare(), bodies: createBudgetShare(bodyBytes) };
    parts.set(organizationId, part);
    return part;
  };
}
