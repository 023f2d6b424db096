// What every control store must do of usage and quotas: run against PGlite and against a real PostgreSQL.
import { randomUUID } from 'node:crypto';
import type { KeyUsage } from '@sazabi/keys';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlDb } from './control-db.ts';
import { readKeySnapshot } from './key-changes.ts';
import { type KeyUsageQuery, listKeyUsage, type UsagePlace } from './key-usage.ts';
import { recordSecretKeyUse, recordUsageReport } from './key-use.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { forgetOldQuotaUse, readQuotaUse, recordQuotaUse } from './quota-use.ts';
import { projects, publicKeys, secretKeys } from './schema.ts';

const OPERATOR = { type: 'operator' } as const;
const DAY_MS = 86_400_000;
const DAY = '2026-01-02';
const NOON_MS = Date.UTC(2026, 0, 2, 12);

function usageOf(keyId: string, changes: Partial<KeyUsage> = {}): KeyUsage {
  const lastUse = { atMs: NOON_MS, address: '::1', userAgent: 'x' };
  return { keyId, lastUse, requests: 3, limited: 1, rejectedLogs: {}, refusedRequests: {}, ...changes };
}

/** @param open gives a store that other suites may use as well */
export function describeUsage(name: string, open: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let ours: FoundedOrganization;
    let theirs: FoundedOrganization;
    beforeAll(async () => {
      db = await open();
      ours = await foundOrganization(db.orm, 'Ours', OPERATOR);
      theirs = await foundOrganization(db.orm, 'Theirs', OPERATOR);
    });
    afterAll(() => db.close());

    const queryOf = (of: FoundedOrganization, changes: Partial<KeyUsageQuery> = {}): KeyUsageQuery => ({
      organizationId: of.organization.id,
      projectIds: [of.project.id],
      mode: 'live',
      fromDay: '2026-01-01',
      toDay: '2026-01-31',
      after: null,
      limit: 100,
      ...changes,
    });
    const list = (of: FoundedOrganization, changes: Partial<KeyUsageQuery> = {}) =>
      listKeyUsage(db.orm, queryOf(of, changes));

    it('adds reports up by day, and leaves out keys that it does not know', async () => {
      const keyId = ours.publicKey.row.id;
      const usage = usageOf(keyId, {
        rejectedLogs: { VALIDATION_ERROR: 2 },
        refusedRequests: { INVALID_JSON: 1, VALIDATION_ERROR: 4 },
      });
      await Promise.all([
        recordUsageReport(db.orm, DAY, [usage, usageOf(randomUUID())]),
        recordUsageReport(db.orm, DAY, [usage]),
        recordUsageReport(db.orm, DAY, []),
      ]);
      const older = { atMs: NOON_MS - 1, address: 'older', userAgent: '' };
      await recordUsageReport(db.orm, DAY, [usageOf(keyId, { lastUse: older })]);
      await recordUsageReport(db.orm, '2026-01-03', [usageOf(keyId, { lastUse: null })]);
      expect(await list(ours, { fromDay: DAY, toDay: DAY })).toEqual([
        {
          day: DAY,
          projectId: ours.project.id,
          keyId,
          requests: 9,
          limited: 3,
          rejected: { VALIDATION_ERROR: 4 },
          refused: { INVALID_JSON: 2, VALIDATION_ERROR: 8 },
        },
      ]);
      const [key] = await db.orm.select().from(publicKeys).where(eq(publicKeys.id, keyId));
      expect(key).toMatchObject({ lastUsedAt: new Date(NOON_MS), lastUsedAddress: '::1' });
      const secret = { keyId: ours.secretKey.row.id, atMs: NOON_MS, address: '::2', userAgent: 'y' };
      await recordSecretKeyUse(db.orm, [secret]);
      const [used] = await db.orm.select().from(secretKeys).where(eq(secretKeys.id, secret.keyId));
      expect(used?.lastUsedAddress).toBe('::2');
    });

    it('notes a user agent that no text of PostgreSQL holds', async () => {
      const keyId = ours.publicKey.row.id;
      const lastUse = { atMs: NOON_MS + 1, address: '::3', userAgent: 'cut \ud83d, a \0 and "quotes" \\' };
      await recordUsageReport(db.orm, '2026-02-01', [usageOf(keyId, { lastUse })]);
      const [key] = await db.orm.select().from(publicKeys).where(eq(publicKeys.id, keyId));
      expect(key?.lastUsedUserAgent).toBe('cut \ufffd, a \ufffd and "quotes" \\');
    });

    it('pages usage, the latest first, within the organization, its projects and the mode', async () => {
      const keyId = theirs.publicKey.row.id;
      for (const day of ['2026-01-05', '2026-01-04', '2026-01-06'])
        await recordUsageReport(db.orm, day, [usageOf(keyId)]);
      const seen: string[] = [];
      let after: UsagePlace | null = null;
      for (;;) {
        const [row]: UsagePlace[] = await list(theirs, { limit: 1, after });
        if (row === undefined) break;
        seen.push(row.day);
        after = row;
      }
      expect(seen).toEqual(['2026-01-06', '2026-01-05', '2026-01-04']);
      expect(await list(theirs, { mode: 'test' })).toEqual([]);
      expect(await list(theirs, { projectIds: [] })).toEqual([]);
      expect(await list(theirs, { projectIds: [ours.project.id] })).toEqual([]);
      expect(await list(theirs, { organizationId: ours.organization.id })).toEqual([]);
      expect(await list(theirs, { fromDay: '2026-01-07' })).toEqual([]);
    });

    it('tells the feed of a project’s quota', async () => {
      await db.orm.update(projects).set({ quotaLogsPerDay: 5 }).where(eq(projects.id, ours.project.id));
      const { entries } = await readKeySnapshot(db.orm, Date.now());
      const quotaOf = ({ project }: FoundedOrganization) =>
        entries.find(({ projectId }) => projectId === project.id)?.quota;
      expect(quotaOf(ours)).toEqual({ bytesPerDay: null, logsPerDay: 5 });
      expect(quotaOf(theirs)).toBeNull();
    });

    it('keeps what each intake has used of quotas: counts that only grow, of known projects, for two days', async () => {
      const [one, two] = [randomUUID(), randomUUID()];
      const projectId = ours.project.id;
      const at = (logs: number) => [
        { projectId, logs, bytes: logs * 10 },
        { projectId: randomUUID(), logs: 1, bytes: 1 },
      ];
      await Promise.all([recordQuotaUse(db.orm, one, DAY, at(5)), recordQuotaUse(db.orm, two, DAY, at(7))]);
      await recordQuotaUse(db.orm, one, DAY, at(6));
      await recordQuotaUse(db.orm, one, DAY, at(4));
      await recordQuotaUse(db.orm, one, DAY, []);
      const rows = await readQuotaUse(db.orm, DAY, [projectId]);
      expect(rows.toSorted((a, b) => a.logs - b.logs)).toEqual([
        { projectId, intakeId: one, logs: 6, bytes: 60 },
        { projectId, intakeId: two, logs: 7, bytes: 70 },
      ]);
      expect(await readQuotaUse(db.orm, DAY, [theirs.project.id])).toEqual([]);
      const many = Array.from({ length: 22_000 }, () => ({ projectId: randomUUID(), logs: 1, bytes: 1 }));
      await recordQuotaUse(db.orm, two, DAY, [...many, ...at(7)]);
      await forgetOldQuotaUse(db.orm, NOON_MS + DAY_MS);
      expect(await readQuotaUse(db.orm, DAY, [projectId])).toHaveLength(2);
      await forgetOldQuotaUse(db.orm, NOON_MS + 2 * DAY_MS);
      expect(await readQuotaUse(db.orm, DAY, [projectId])).toEqual([]);
    });
  });
}
