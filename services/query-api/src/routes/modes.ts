// What a key's mode allows: a test key manages test keys and nothing else.
import { ContractError, type Mode } from '@sazabi/contract';
import type { Caller } from '../tenancy.ts';

/** @throws ContractError FORBIDDEN for what belongs to the organization, when a test key asks */
export function refuseTestKey(caller: Caller, what: string): void {
  if (caller.mode === 'test')
    throw new ContractError('FORBIDDEN', `A test key cannot change ${what}. Use a live secret key (sk_live_…).`);
}

/** @throws ContractError FORBIDDEN where the key to be made, changed or ended is live and the caller's a test key */
export function refuseOtherMode(caller: Caller, mode: Mode): void {
  if (caller.mode === 'test' && mode === 'live')
    throw new ContractError(
      'FORBIDDEN',
      'A test key manages test keys only: say "mode": "test", or use a live secret key (sk_live_…).',
    );
}
