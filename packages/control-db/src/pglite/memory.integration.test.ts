import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Scope } from '@sazabi/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeProject, deleteProject } from '../change-project.ts';
import type { ControlDb } from '../control-db.ts';
import { recordSecretKeyUse, recordUsageReport } from '../key-use.ts';
import { changeKey, createKey, revokeKey, rotateKey } from '../keys.ts';
import { REMEMBERED_MAX } from '../limits.ts';
import { openControlDb } from '../open-control-db.ts';
import { type FoundedOrganization, foundOrganization } from '../organizations.ts';
import { createProject, listRetentions } from '../projects.ts';
import { PUBLIC_KEYS } from '../public-keys.ts';
import { findSecretKeyByHash, SECRET_KEYS } from '../secret-keys.ts';
import { changeSettings } from '../settings.ts';
import { copyControlStore } from '../testing/store-template.ts';

const OPERATOR = { type: 'operator' } as const;
const anyone = () => undefined;
const READ: Scope[] = ['logs:read'];
const home = mkdtempSync(join(tmpdir(), 'memory-'));
let db: ControlDb;
let ours: FoundedOrganization;
let organizationId: string;
beforeAll(async () => {
  await copyControlStore(home);
  db = await openControlDb(`pglite:${join(home, 'control')}`);
  ours = await foundOrganization(db.orm, 'Ours', OPERATOR);
  organizationId = ours.organization.id;
});
afterAll(async () => {
  await db?.close();
  rmSync(home, { recursive: true, force: true });
});

const makeSecret = () => createKey(SECRET_KEYS, db.orm, organizationId, { name: 'x' }, OPERATOR);

describe('what is remembered', () => {
  it('is what would be read, after every change of a key, a project or an organization', async () => {
    const { row } = await makeSecret();
    const other = await createProject(db.orm, organizationId, { name: 'Other' }, OPERATOR);
    const read = async () => [
      await findSecretKeyByHash(db.orm, row.hash),
      await listRetentions(db.orm, organizationId),
    ];
    const remembered = db.remembering(read);
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      name: () => changeKey(SECRET_KEYS, db.orm, organizationId, row.id, () => ({ name: 'y' }), OPERATOR),
      scopes: () => changeKey(SECRET_KEYS, db.orm, organizationId, row.id, () => ({ scopes: READ }), OPERATOR),
      rotated: () =>
        rotateKey(SECRET_KEYS, db.orm, organizationId, row.id, { overlapSeconds: 60, permit: anyone }, OPERATOR),
      revoked: () => revokeKey(SECRET_KEYS, db.orm, organizationId, row.id, anyone, OPERATOR),
      made: () => createProject(db.orm, organizationId, { name: 'Third' }, OPERATOR),
      shorter: () => changeProject(db.orm, organizationId, other.id, { retentionDays: 1 }, OPERATOR),
      longer: () => changeProject(db.orm, organizationId, other.id, { retentionDays: 90 }, OPERATOR),
      deleted: () => deleteProject(db.orm, organizationId, other.id, OPERATOR),
      renamed: () => changeSettings(db.orm, organizationId, { name: 'Renamed' }, OPERATOR),
    };
    for (const [name, change] of Object.entries(changes)) {
      const before = await remembered();
      await change();
      const after = await remembered();
      expect(after, name).toEqual(await read());
      expect(after, name).not.toEqual(before);
    }
  });

  it('is read once, whatever is written elsewhere', async () => {
    const { row } = await makeSecret();
    let reads = 0;
    const remembered = db.remembering(async (hash: string) => {
      reads += 1;
      return await findSecretKeyByHash(db.orm, hash);
    });
    const first = await remembered(row.hash);
    await recordSecretKeyUse(db.orm, [{ keyId: row.id, atMs: Date.now(), address: '10.0.0.1', userAgent: 'test' }]);
    const wanted = { name: 'x', projectId: ours.project.id };
    const { row: publicKey } = await createKey(PUBLIC_KEYS, db.orm, organizationId, wanted, OPERATOR);
    const usage = {
      keyId: publicKey.id,
      requests: 1,
      limited: 0,
      rejectedLogs: {},
      refusedRequests: {},
      lastUse: null,
    };
    await recordUsageReport(db.orm, '2026-11-30', [usage]);
    expect(await remembered(row.hash)).toBe(first);
    expect(reads).toBe(1);
    expect((await findSecretKeyByHash(db.orm, row.hash))?.key.lastUsedAddress).toBe('10.0.0.1');
  });

  it('is never what was so before a change that is over, however many ask meanwhile', async () => {
    const keyOf = db.remembering((hash: string) => findSecretKeyByHash(db.orm, hash));
    for (let round = 0; round < 30; round += 1) {
      const { row } = await makeSecret();
      let over = false;
      const asking = Array.from({ length: 4 }, async () => {
        while (!over) {
          await keyOf(row.hash);
          await turn();
        }
      });
      await keyOf(row.hash);
      await revokeKey(SECRET_KEYS, db.orm, organizationId, row.id, anyone, OPERATOR);
      const found = await Promise.all(Array.from({ length: 4 }, () => keyOf(row.hash)));
      over = true;
      await Promise.all(asking);
      for (const answer of [...found, await keyOf(row.hash)]) expect(answer?.key.revokedAt).not.toBeNull();
    }
  });

  it('is as it was before a change that fails', async () => {
    const { row } = await makeSecret();
    const keyOf = db.remembering((hash: string) => findSecretKeyByHash(db.orm, hash));
    const before = await keyOf(row.hash);
    let asked: ReturnType<typeof keyOf> | undefined;
    const failing = db.orm.transaction(async (transaction) => {
      await SECRET_KEYS.update(transaction, row.id, { revokedAt: new Date() });
      asked = keyOf(row.hash);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await asked).toEqual(before);
    expect(await keyOf(row.hash)).toEqual(before);
  });

  it('is bounded, and no failure', async () => {
    let reads = 0;
    const remembered = db.remembering(async (name: string) => {
      reads += 1;
      if (name === 'none') throw new Error('none');
      return name;
    });
    for (let n = 0; n < REMEMBERED_MAX; n += 1) await remembered(String(n));
    await remembered('0');
    expect(reads).toBe(REMEMBERED_MAX);
    await remembered('one more');
    await remembered('0');
    expect(reads).toBe(REMEMBERED_MAX + 2);
    for (let n = 0; n < 2; n += 1) await expect(remembered('none')).rejects.toThrow('none');
    expect(reads).toBe(REMEMBERED_MAX + 4);
  });
});
