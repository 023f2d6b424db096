// Public keys, as the calls of keys need to know them.
import { ContractError } from '@sazabi/contract';
import {
  createdPublicKeySchema,
  listPublicKeysQuerySchema,
  newPublicKeySchema,
  type PublicKeyAnswer,
  publicKeyChangeSchema,
  publicKeySchema,
} from '@sazabi/contract/schemas';
import {
  findProject,
  listProjects,
  type NewPublicKey,
  type Orm,
  PUBLIC_KEYS,
  type PublicKey,
} from '@sazabi/control-db';
import type { z } from 'zod';
import { notFound } from '../../http/not-found.ts';
import { refuseOtherMode } from '../modes.ts';
import { checkKeyFields, commonChangeOf, expiryOf, presentKey } from './key-fields.ts';
import type { KeyKind } from './key-kind.ts';

export const PUBLIC: KeyKind<PublicKey, NewPublicKey> = {
  table: PUBLIC_KEYS,
  path: '/public-keys',
  tag: 'Public keys',
  what: 'public key',
  shown: publicKeySchema,
  created: createdPublicKeySchema,
  listQuery: listPublicKeysQuerySchema,
  newBody: newPublicKeySchema,
  changeBody: publicKeyChangeSchema,
  present: presentPublicKey,
  async wantedOf({ db, rateLimitCap }, { organizationId }, body: z.infer<typeof newPublicKeySchema>) {
    checkKeyFields(body, rateLimitCap);
    const projectId = await projectFor(db.orm, organizationId, body.projectId);
    return { ...body, projectId, expiresAt: expiryOf(body.expiresAt) };
  },
  changeOf: (_caller, _row, body: z.infer<typeof publicKeyChangeSchema>) => ({
    ...commonChangeOf(body),
    environment: body.environment,
  }),
  permit: (caller, row) => refuseOtherMode(caller, row.mode),
};

/** A public key as the API shows it. */
export function presentPublicKey(row: PublicKey): PublicKeyAnswer {
  return { ...presentKey(row), projectId: row.projectId, environment: row.environment };
}

/** The project asked for, else the organization's first. @throws ContractError NOT_FOUND, CONFLICT where all were deleted */
async function projectFor(orm: Orm, organizationId: string, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    const [first] = await listProjects(orm, organizationId, { limit: 1, after: null });
    if (first !== undefined) return first.id;
    throw new ContractError('CONFLICT', 'All projects were deleted. Make one first with POST /projects.');
  }
  const project = await findProject(orm, organizationId, wanted);
  if (project === null) throw notFound('project');
  return project.id;
}
