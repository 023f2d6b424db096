// Secret keys, as the calls of keys need to know them.
import { holdsScope, SCOPES, type Scope } from '@sazabi/contract';
import {
  createdSecretKeySchema,
  listSecretKeysQuerySchema,
  newSecretKeySchema,
  type SecretKeyAnswer,
  secretKeyChangeSchema,
  secretKeySchema,
} from '@sazabi/contract/schemas';
import { type NewSecretKey, SECRET_KEYS, type SecretKey } from '@sazabi/control-db';
import type { z } from 'zod';
import { requireScope } from '../../http/guard.ts';
import { invalid } from '../../http/validation.ts';
import type { Caller } from '../../tenancy.ts';
import { refuseOtherMode } from '../modes.ts';
import { checkKeyFields, commonChangeOf, expiryOf, presentKey } from './key-fields.ts';
import type { KeyKind } from './key-kind.ts';

export const SECRET: KeyKind<SecretKey, NewSecretKey> = {
  table: SECRET_KEYS,
  path: '/secret-keys',
  tag: 'Secret keys',
  what: 'secret key',
  shown: secretKeySchema,
  created: createdSecretKeySchema,
  listQuery: listSecretKeysQuerySchema,
  newBody: newSecretKeySchema,
  changeBody: secretKeyChangeSchema,
  present: presentSecretKey,
  async wantedOf({ rateLimitCap }, caller, body: z.infer<typeof newSecretKeySchema>) {
    refuseEscalation(caller, body.scopes);
    checkKeyFields(body, rateLimitCap, browserIssues(body));
    return { ...body, scopes: inOrder(body.scopes), expiresAt: expiryOf(body.expiresAt) };
  },
  changeOf(caller, row, { scopes, allowBrowser, ...common }: z.infer<typeof secretKeyChangeSchema>) {
    refuseEscalation(caller, scopes ?? []);
    const { allowedOrigins = row.allowedOrigins } = common;
    const issues = browserIssues({ allowBrowser: allowBrowser ?? row.allowBrowser, allowedOrigins });
    if (issues.length > 0) throw invalid(issues);
    return { ...commonChangeOf(common), scopes: scopes && inOrder(scopes), allowBrowser };
  },
  permit(caller, row) {
    refuseOtherMode(caller, row.mode);
    refuseEscalation(caller, row.scopes);
  },
};

/** A secret key as the API shows it. */
export function presentSecretKey(row: SecretKey): SecretKeyAnswer {
  return { ...presentKey(row), scopes: row.scopes, allowBrowser: row.allowBrowser };
}

/**
 * No key makes, changes or ends one that may do more than itself. @throws ContractError INSUFFICIENT_PERMISSIONS that names the
 * first scope which the caller lacks
 */
function refuseEscalation(caller: Caller, scopes: readonly Scope[]): void {
  for (const scope of scopes) if (!holdsScope(caller.scopes, scope)) requireScope(caller, scope);
}

function inOrder(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}

function browserIssues(wanted: { readonly allowBrowser: boolean; readonly allowedOrigins: readonly string[] }) {
  if (!wanted.allowBrowser || wanted.allowedOrigins.length > 0) return [];
  return [{ path: 'allowedOrigins', message: 'must name at least one origin where allowBrowser is true' }];
}
