// A public key as the API shows it.
import type { PublicKeyAnswer } from '@sazabi/contract/schemas';
import type { PublicKey } from '@sazabi/control-db';
import { presentKey } from '../key-fields.ts';

export function presentPublicKey(row: PublicKey): PublicKeyAnswer {
  return { ...presentKey(row), projectId: row.projectId, environment: row.environment };
}
