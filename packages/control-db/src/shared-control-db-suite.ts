// What a control store must do that several replicas share: run against a real PostgreSQL.
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteProject } from './change-project.ts';
import type { ControlDb } from './control-db.ts';
import { readFeedState } from './key-changes.ts';
import { recordUsageReport } from './key-use.ts';
import { createKey, findKey } from './keys.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { PUBLIC_KEYS } from './public-keys.ts';
import * as schema from './schema.ts';

const OPERATOR = { type: 'operator' } as const;

/** @param another opens a store on one database, each time the same */
export function describeSharedControlDb(name: string, another: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let founded: FoundedOrganization;
    beforeAll(async () => {
      db = await another();
      founded = await foundOrganization(db.orm, 'Of the replicas', OPERATOR);
    });
    afterAll(() => db.close());

    it('adds up what several replicas report at once, of the same keys in any order', async () => {
      const stores = [await another(), await another(), db];
      const { organization, project } = founded;
      const made = await Promise.all(
        Array.from({ length: 20 }, () =>
          createKey(PUBLIC_KEYS, db.orm, organization.id, { name: 'x', projectId: project.id }, OPERATOR),
        ),
      );
      const ids = made.map(({ row }) => row.id);
      const startMs = Date.UTC(2026, 0, 3, 23, 59, 59);
      const report = (at: number) =>
        ids.map((keyId) => ({
          keyId,
          lastUse: { atMs: startMs + at * 100, address: `from ${at}`, userAgent: '' },
          requests: 1,
          limited: 0,
          rejectedLogs: { VALIDATION_ERROR: 1 },
          refusedRequests: {},
        }));
      await Promise.all(
        Array.from({ length: 30 }, (_, at) => {
          const usages = at % 2 === 0 ? report(at) : report(at).reverse();
          return recordUsageReport(
            (stores[at % stores.length] ?? db).orm,
            at < 15 ? '2026-01-03' : '2026-01-04',
            usages,
          );
        }),
      );
      for (const keyId of ids) {
        const days = await db.orm.select().from(schema.keyUsageDaily).where(eq(schema.keyUsageDaily.keyId, keyId));
        expect(days.reduce((sum, { requests }) => sum + requests, 0)).toBe(30);
        expect(await findKey(PUBLIC_KEYS, db.orm, organization.id, keyId)).toMatchObject({
          lastUsedAddress: 'from 29',
        });
      }
      await Promise.all(stores.slice(0, 2).map((store) => store.close()));
    });

    it('a project of another organization is not waited for: nothing tells that it is there', async () => {
      const stranger = await foundOrganization(db.orm, 'Strangers', OPERATOR);
      const second = await another();
      try {
        const { organization, project, publicKey } = founded;
        const deleted = await db.orm.transaction(async (transaction) => {
          await PUBLIC_KEYS.selectToChange(transaction, organization.id, eq(schema.publicKeys.id, publicKey.row.id));
          return await deleteProject(second.orm, stranger.organization.id, project.id, OPERATOR);
        });
        expect(deleted).toBeNull();
      } finally {
        await second.close();
      }
    });

    it('is shared by replicas: one sees and is told what another changes', async () => {
      const second = await another();
      try {
        let told = 0;
        second.onKeyChange(() => {
          told += 1;
        });
        const { organization, project } = founded;
        const both = await Promise.all(
          [db, second].flatMap((replica) =>
            Array.from({ length: 10 }, () =>
              createKey(PUBLIC_KEYS, replica.orm, organization.id, { name: 'x', projectId: project.id }, OPERATOR),
            ),
          ),
        );
        const seqs = both.map(({ seq }) => seq).sort((a, b) => a - b);
        const [first = 0] = seqs;
        expect(seqs).toEqual(Array.from({ length: 20 }, (_, n) => first + n));
        await expect.poll(() => told, { timeout: 5_000 }).toBeGreaterThan(9);
        expect(await readFeedState(second.orm)).toEqual(await readFeedState(db.orm));
      } finally {
        await second.close();
      }
    });
  });
}
