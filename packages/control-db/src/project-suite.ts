// What every control store must do of projects that change and end, and of the turns of those who clear the log store.
import { desc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeProject, deleteProject } from './change-project.ts';
import type { ControlDb } from './control-db.ts';
import { readKeyChanges } from './key-changes.ts';
import { createKey, findKey, rotateKey } from './keys.ts';
import { PROJECTS_MAX } from './limits.ts';
import { endTurn, keepTurn, lastMaintenance, listPurges, notePurged, type Purge, takeTurn } from './maintenance.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { createProject, findProject, listRetentions } from './projects.ts';
import { PUBLIC_KEYS } from './public-keys.ts';
import { auditLog, maintenance } from './schema.ts';
import { changeSettings } from './settings.ts';

const OPERATOR = { type: 'operator' } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** @param open gives a store that other suites may use as well */
export function describeProjects(name: string, open: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let ours: FoundedOrganization;
    let theirs: FoundedOrganization;
    beforeAll(async () => {
      db = await open();
    });
    beforeEach(async () => {
      ours = await foundOrganization(db.orm, 'Ours', OPERATOR);
      theirs = await foundOrganization(db.orm, 'Theirs', OPERATOR);
    });
    afterAll(() => db.close());

    const change = (wanted: Parameters<typeof changeProject>[3], id = ours.project.id) =>
      changeProject(db.orm, ours.organization.id, id, wanted, OPERATOR);
    const remove = (id = ours.project.id) => deleteProject(db.orm, ours.organization.id, id, OPERATOR);
    const visibleFrom = async () => (await listRetentions(db.orm, ours.organization.id))[0]?.hiddenBefore?.getTime();
    const entries = () => {
      const { action, targetId, targetName, changes, organizationId, id } = auditLog;
      return db.orm
        .select({ action, targetId, targetName, changes })
        .from(auditLog)
        .where(eq(organizationId, ours.organization.id))
        .orderBy(desc(id));
    };

    describe('a change', () => {
      it('hides for good what the retention before it has hidden', async () => {
        const began = Date.now();
        expect(await change({ retentionDays: 90 })).toMatchObject({ row: { retentionDays: 90 } });
        const first = (await visibleFrom()) ?? 0;
        expect(first).toBeGreaterThanOrEqual(began - 30 * DAY_MS);
        expect(first).toBeLessThanOrEqual(Date.now() - 30 * DAY_MS);
        await change({ retentionDays: 1 });
        expect(await visibleFrom()).toBe(first);
        await change({ retentionDays: 365 });
        expect((await visibleFrom()) ?? 0).toBeGreaterThanOrEqual(began - DAY_MS);
        await change({ name: 'Another' });
        expect(await visibleFrom()).toBeLessThan(Date.now());
      });

      it('to a longer retention keeps the ones before for the logs of before, to a shorter one is for all', async () => {
        const earlier = async () =>
          (await listRetentions(db.orm, ours.organization.id))[0]?.earlierRetentions.map(({ days }) => days);
        const began = Date.now();
        await change({ retentionDays: 60 });
        await change({ retentionDays: 90 });
        expect(await earlier()).toEqual([30, 60]);
        await change({ retentionDays: 50 });
        expect(await earlier()).toEqual([30]);
        const { row } = (await change({ name: 'Another' })) ?? {};
        expect(row?.earlierRetentions[0]?.untilMs).toBeGreaterThanOrEqual(began);
        await change({ retentionDays: 30 });
        expect(await earlier()).toEqual([]);
      });

      it('is told to intakes where they go by it, for every key that is not revoked', async () => {
        const second = { name: 'Second', projectId: ours.project.id };
        const other = await createKey(PUBLIC_KEYS, db.orm, ours.organization.id, second, OPERATOR);
        const before = await change({ name: 'Renamed' });
        expect(before?.seq).toBe(other.seq);
        const changed = await change({ quotaLogsPerDay: 5 });
        const told = await readKeyChanges(db.orm, other.seq);
        expect(told.map(({ keyId }) => keyId).toSorted()).toEqual([ours.publicKey.row.id, other.row.id].toSorted());
        expect(told.map(({ entry }) => entry?.quota)).toEqual([
          { logsPerDay: 5, bytesPerDay: null },
          { logsPerDay: 5, bytesPerDay: null },
        ]);
        expect(changed?.seq).toBe(told.at(-1)?.seq);
        expect((await change({ quotaLogsPerDay: 5 }))?.seq).toBe(changed?.seq);
      });

      it('is in the audit log, field by field; one that changes nothing is not', async () => {
        await change({ name: 'New', retentionDays: 30, quotaBytesPerDay: 10 });
        await change({ name: 'New', quotaBytesPerDay: 10 });
        expect((await entries())[0]).toEqual({
          action: 'project.changed',
          targetId: ours.project.id,
          targetName: 'New',
          changes: { name: ['Default', 'New'], 'quotas.bytesPerDay': [null, 10] },
        });
        expect((await entries()).filter(({ action }) => action === 'project.changed')).toHaveLength(1);
      });

      it('of what is none of ours is none', async () => {
        expect(await change({ name: 'Mine' }, theirs.project.id)).toBeNull();
        expect(await remove(theirs.project.id)).toBeNull();
        expect(await findProject(db.orm, theirs.organization.id, theirs.project.id)).toMatchObject({ name: 'Default' });
      });
    });

    describe('a deletion', () => {
      it('hides the project and revokes its keys, which intakes are told', async () => {
        const seq = await remove();
        expect(await findProject(db.orm, ours.organization.id, ours.project.id)).toBeNull();
        expect(await listRetentions(db.orm, ours.organization.id)).toEqual([]);
        const key = await findKey(PUBLIC_KEYS, db.orm, ours.organization.id, ours.publicKey.row.id);
        const told = await readKeyChanges(db.orm, ours.publicKey.seq);
        expect(told.at(-1)).toMatchObject({ seq, keyId: key?.id, entry: { revokedAtMs: key?.revokedAt?.getTime() } });
        expect(
          (await entries())
            .slice(0, 2)
            .map(({ action }) => action)
            .toSorted(),
        ).toEqual(['project.deleted', 'public_key.revoked']);
        expect(await change({ name: 'Again' })).toBeNull();
        expect(await remove()).toBeNull();
      });

      it('leaves no key alive that is made or rotated at the same time', async () => {
        const { organization, project, publicKey } = ours;
        const wanted = { name: 'Late', projectId: project.id };
        const rotation = { overlapSeconds: 0, permit: () => undefined };
        await Promise.allSettled([
          createKey(PUBLIC_KEYS, db.orm, organization.id, wanted, OPERATOR),
          rotateKey(PUBLIC_KEYS, db.orm, organization.id, publicKey.row.id, rotation, OPERATOR),
          remove(),
          createKey(PUBLIC_KEYS, db.orm, organization.id, wanted, OPERATOR),
        ]);
        const keys = await PUBLIC_KEYS.select(db.orm, eq(PUBLIC_KEYS.columns.organizationId, organization.id), 10);
        expect(keys.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
      });

      it('leaves the name to others', async () => {
        await remove();
        const again = await createProject(db.orm, ours.organization.id, { name: 'Default' }, OPERATOR);
        expect(again).toMatchObject({ hiddenBefore: null, retentionDays: 30 });
      });
    });

    it('a new project has the retention of the settings, unless told otherwise', async () => {
      await changeSettings(db.orm, ours.organization.id, { defaultRetentionDays: 12 }, OPERATOR);
      const make = (retentionDays?: number) =>
        createProject(db.orm, ours.organization.id, { name: 'New', retentionDays }, OPERATOR);
      expect(await make()).toMatchObject({ retentionDays: 12 });
      expect(await make(3)).toMatchObject({ retentionDays: 3 });
    });

    it('are bounded, those that live', async () => {
      const { id } = ours.organization;
      const make = () => createProject(db.orm, id, { name: 'One more' }, OPERATOR);
      await db.orm.execute(sql`INSERT INTO projects (id, organization_id, name, created_at)
        SELECT gen_random_uuid(), ${id}, 'x', now() FROM generate_series(2, ${sql.raw(String(PROJECTS_MAX - 1))})`);
      expect(await make()).toMatchObject({ name: 'One more' });
      await expect(make()).rejects.toMatchObject({ code: 'CONFLICT' });
      await remove();
      expect(await make()).toMatchObject({ name: 'One more' });
    });

    describe('purges', () => {
      const due = async (afterMs: number): Promise<Purge | undefined> =>
        (await listPurges(db.orm, new Date(Date.now() + afterMs), 1_000)).find(({ id }) => id === ours.project.id);
      const purge = async (afterMs: number) => {
        const found = await due(afterMs);
        await notePurged(db.orm, found === undefined ? [] : [found], new Date(Date.now() + afterMs));
        return found !== undefined;
      };

      it('are due of a changed retention at once and every twelve hours', async () => {
        expect(await due(DAY_MS)).toBeUndefined();
        await change({ retentionDays: 5 });
        expect(await purge(0)).toBe(true);
        expect(await due(11 * HOUR_MS)).toBeUndefined();
        expect(await purge(13 * HOUR_MS)).toBe(true);
        await change({ retentionDays: 4 });
        expect(await due(0)).toMatchObject({ retentionDays: 4, deletedAt: null });
      });

      it('end when all that an earlier retention has kept longer is hidden', async () => {
        await change({ retentionDays: 5 });
        expect(await purge(5 * DAY_MS)).toBe(true);
        expect(await purge(6 * DAY_MS + 10 * HOUR_MS)).toBe(true);
        expect(await due(7 * DAY_MS)).toBeUndefined();
        await change({ retentionDays: 6 });
        expect(await due(0)).toBeDefined();
      });

      it('are due of a deleted project after an hour, and for a month', async () => {
        await remove();
        expect(await due(0)).toBeUndefined();
        expect(await purge(2 * HOUR_MS)).toBe(true);
        expect(await due(3 * HOUR_MS)).toBeUndefined();
        expect(await purge(15 * HOUR_MS)).toBe(true);
        expect(await due(40 * DAY_MS)).toBeUndefined();
      });

      it('stay due where the project changed while they were made', async () => {
        await change({ retentionDays: 5 });
        const found = await due(0);
        await change({ retentionDays: 4 });
        await notePurged(db.orm, found === undefined ? [] : [found], new Date());
        expect(await due(0)).toBeDefined();
      });

      it('are due of a deleted project however late its first turn is', async () => {
        await remove();
        expect(await due(100 * DAY_MS)).toBeDefined();
      });
    });

    describe('turns', () => {
      const turn = { intervalMs: HOUR_MS, leaseMs: 60_000 };
      const [one, other] = ['01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e91', '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e92'];
      beforeEach(async () => {
        await db.orm.update(maintenance).set({ holder: null, heldUntil: null, succeededAt: null, rewrittenAt: null });
      });

      it('one takes it, and who is done has done it for all', async () => {
        const taken = await Promise.all([takeTurn(db.orm, one, turn), takeTurn(db.orm, other, turn)]);
        expect(taken.filter((row) => row !== null)).toEqual([{ rewrittenAt: null }]);
        const holder = taken[0] === null ? other : one;
        expect(await keepTurn(db.orm, holder, turn.leaseMs)).toBe(true);
        expect(await keepTurn(db.orm, holder === one ? other : one, turn.leaseMs)).toBe(false);
        await endTurn(db.orm, holder, { rewritten: true });
        expect(await takeTurn(db.orm, other, turn)).toBeNull();
        expect((await lastMaintenance(db.orm))?.getTime()).toBeGreaterThan(Date.now() - 60_000);
        expect(await takeTurn(db.orm, other, { ...turn, intervalMs: -1_000 })).toMatchObject({
          rewrittenAt: expect.any(Date),
        });
      });

      it('who fails gives it back, and who is gone loses it', async () => {
        await takeTurn(db.orm, one, turn);
        await endTurn(db.orm, one, null);
        expect(await lastMaintenance(db.orm)).toBeNull();
        expect(await takeTurn(db.orm, one, { ...turn, leaseMs: -1 })).not.toBeNull();
        expect(await takeTurn(db.orm, other, turn)).not.toBeNull();
        expect(await keepTurn(db.orm, one, turn.leaseMs)).toBe(false);
        await endTurn(db.orm, one, { rewritten: false });
        expect(await lastMaintenance(db.orm)).toBeNull();
      });
    });
  });
}
