// A data folder whose control store has an organization with very many public keys, made in one statement.
import { foundOrganization, openControlDb } from '@sazabi/control-db';
import { copyControlStore } from '@sazabi/control-db/testing';

export interface ManyKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** Nobody knows the plain texts of the many: they are there to be in the way. Gives the organization's own two keys. */
export async function storeWithKeys(dataDir: string, count: number): Promise<ManyKeys> {
  await copyControlStore(dataDir);
  const db = await openControlDb(`pglite:${dataDir}/control`);
  try {
    const { organization, project, publicKey, secretKey } = await foundOrganization(db.orm, 'Many keys', {
      type: 'operator',
    });
    await db.orm.execute(`
      INSERT INTO public_keys (id, organization_id, project_id, name, mode, hash, key_prefix, rate_limit_per_minute, created_at)
      SELECT gen_random_uuid(), '${organization.id}', '${project.id}', 'key ' || n, 'live', encode(sha256(n::text::bytea), 'hex'), 'pk_live_sz_', 1000, now()
      FROM generate_series(1, ${count}) AS n`);
    return { publicKey: publicKey.key, secretKey: secretKey.key };
  } finally {
    await db.close();
  }
}
