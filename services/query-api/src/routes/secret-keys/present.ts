// A secret key as the API shows it.
import type { SecretKeyAnswer } from '@sazabi/contract/schemas';
import type { SecretKey } from '@sazabi/control-db';
import { presentKey } from '../key-fields.ts';

export function presentSecretKey(row: SecretKey): SecretKeyAnswer {
  return { ...presentKey(row), scopes: row.scopes, allowBrowser: row.allowBrowser };
}
