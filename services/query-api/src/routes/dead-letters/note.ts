// The audit log's entry of a dead letter that is settled.
import { audit, type ControlDb } from '@sazabi/control-db';
import type { Caller } from '../../tenancy.ts';

/**
 * To be called before the letter is settled, which is no transaction of the control store: where the settling then fails, the
 * call is repeated and there are two entries, but a letter is never gone without one.
 */
export async function noteSettled(
  db: ControlDb,
  caller: Caller,
  action: 'dead_letter.replayed' | 'dead_letter.deleted',
  letter: { readonly id: string; readonly rows: number },
): Promise<void> {
  const changes = action === 'dead_letter.deleted' ? { logs: [letter.rows, 0] as const } : undefined;
  const target = { targetType: 'dead_letter', targetId: letter.id } as const;
  await audit(db.orm, caller.actor, { organizationId: caller.organizationId, action, ...target, changes }, new Date());
}
