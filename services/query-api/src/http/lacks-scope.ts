// What a caller is told whose key does not hold the scope that a call needs.
import { ContractError, type Scope } from '@sazabi/contract';

export function lacksScope(scope: Scope): ContractError {
  const message = `This needs the scope ${scope}, which your key does not hold. Use a key that does.`;
  return new ContractError('INSUFFICIENT_PERMISSIONS', message, { required_scope: scope });
}
