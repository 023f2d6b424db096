// Ids in paths and bodies that name nothing of the caller's.
import { ContractError } from '@sazabi/contract';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The same answer whether it does not exist or belongs to someone else. */
export function notFound(what: string): ContractError {
  return new ContractError('NOT_FOUND', `There is no such ${what}.`);
}

/** The id of a path. @throws ContractError NOT_FOUND, as what is no UUID names nothing */
export function pathId(params: { readonly id: string }, what: string): string {
  if (!UUID.test(params.id)) throw notFound(what);
  return params.id;
}

/** A path that no route takes. */
export function unknownPath(): ContractError {
  return new ContractError('NOT_FOUND', 'There is no such path; GET /docs shows those there are.');
}
