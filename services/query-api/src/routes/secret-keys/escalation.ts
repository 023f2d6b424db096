// No key makes, changes or ends one that may do more than itself.
import { holdsScope, type Scope } from '@sazabi/contract';
import { requireScope } from '../../http/guard.ts';
import type { Caller } from '../../tenancy.ts';

/** @throws ContractError INSUFFICIENT_PERMISSIONS that names the first scope which the caller lacks */
export function refuseEscalation(caller: Caller, scopes: readonly Scope[]): void {
  for (const scope of scopes) if (!holdsScope(caller.scopes, scope)) requireScope(caller, scope);
}
