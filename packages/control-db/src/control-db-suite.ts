// What every control store must do, whichever database it lies in: run against PGlite and against a real PostgreSQL.
import { generateKey, hashKey, parseKey } from '@sazabi/keys';
import { safeMessage } from '@sazabi/lifecycle';
import { eq, getTableColumns, sql } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import type { ControlDb } from './control-db.ts';
import { canResume, forgetOldKeyChanges, readFeedState, readKeyChanges, readKeySnapshot } from './key-changes.ts';
import { createKey, findKey, listKeys, revokeKey } from './keys.ts';
import { migrate } from './migrate.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { createProject, findProject, listRetentions } from './projects.ts';
import { PUBLIC_KEYS } from './public-keys.ts';
import * as schema from './schema.ts';
import { findSecretKeyByHash, SECRET_KEYS } from './secret-keys.ts';

const DAY_MS = 86_400_000;
const OPERATOR = { type: 'operator' } as const;
const anyone = () => undefined;

/** @param open gives a store in a database of its own, empty at first */
export function describeControlDb(name: string, open: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let founded: FoundedOrganization;
    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());

    it('has the tables and columns that the schema says', async () => {
      for (const table of Object.values(schema)) {
        const { name: tableName } = getTableConfig(table);
        const rows = await db.orm
          .select({ column: sql<string>`column_name`, nullable: sql<string>`is_nullable` })
          .from(sql`information_schema.columns`)
          .where(sql`table_name = ${tableName}`);
        const expected = Object.values(getTableColumns(table)).map((column) => [
          column.name,
          column.notNull ? 'NO' : 'YES',
        ]);
        expect(rows.map(({ column, nullable }) => [column, nullable]).sort(), tableName).toEqual(expected.sort());
      }
    });

    it('refuses with an error that a log can name', async () => {
      const refusal = await db.orm.execute(sql`SELECT 1 / 0`).then(() => null, safeMessage);
      expect(refusal).toBe('DatabaseError (22012)');
    });

    it('migrates once, however often and from however many sides it is asked', async () => {
      const before = await readFeedState(db.orm);
      await Promise.all([migrate(db.orm), migrate(db.orm), migrate(db.orm)]);
      expect(await readFeedState(db.orm)).toEqual(before);
      expect(Buffer.from(before.receiptSecret, 'base64')).toHaveLength(32);
    });

    it('bootstraps once, with the keys given, and never again', async () => {
      const given = { publicKey: generateKey('public', 'live'), secretKey: generateKey('secret', 'live') };
      const answers = await Promise.all([bootstrap(db, given), bootstrap(db, given), bootstrap(db)]);
      expect(answers.filter((keys) => keys !== null)).toHaveLength(1);
      const found = await findSecretKeyByHash(db.orm, hashKey(given.secretKey));
      const made = answers.find((keys) => keys !== null);
      expect(found === null).toBe(made?.secretKey !== given.secretKey);
      expect(await bootstrap(db, { secretKey: generateKey('secret', 'live') })).toBeNull();
    });

    it('refuses given keys that are malformed or of the wrong type, at later starts too', async () => {
      await expect(bootstrap(db, { publicKey: 'pk_live_sz_x' })).rejects.toThrow('BOOTSTRAP_PUBLIC_KEY is malformed');
      await expect(bootstrap(db, { secretKey: generateKey('public', 'live') })).rejects.toThrow('takes a secret key');
    });

    it('founds an organization with a project and keys whose text is stored nowhere', async () => {
      founded = await foundOrganization(db.orm, 'Of the suite', OPERATOR);
      expect(parseKey(founded.publicKey.key)).toEqual({ ok: true, type: 'public', mode: 'live' });
      const row = await findSecretKeyByHash(db.orm, hashKey(founded.secretKey.key));
      expect(row).toEqual({ key: founded.secretKey.row, organizationName: 'Of the suite' });
      expect(JSON.stringify(row)).not.toContain(founded.secretKey.key);
      expect(await findKey(PUBLIC_KEYS, db.orm, founded.organization.id, founded.publicKey.row.id)).toEqual(
        founded.publicKey.row,
      );
      const audited = await db.orm
        .select()
        .from(schema.auditLog)
        .where(eq(schema.auditLog.organizationId, founded.organization.id));
      expect(audited.map(({ action }) => action).sort()).toEqual([
        'organization.created',
        'project.created',
        'public_key.created',
        'secret_key.created',
      ]);
    });

    it('keeps every field of a key', async () => {
      const { organization, project } = founded;
      const wanted = {
        name: 'Größe',
        projectId: project.id,
        mode: 'test' as const,
        environment: 'production',
        allowedOrigins: ['https://a.test', 'quote"comma,{brace}\\slash', ''],
        rateLimitPerMinute: null,
        expiresAt: new Date('2100-01-02T03:04:05.678Z'),
      };
      const { row } = await createKey(PUBLIC_KEYS, db.orm, organization.id, wanted, OPERATOR);
      expect(row).toMatchObject(wanted);
      expect(await findKey(PUBLIC_KEYS, db.orm, organization.id, row.id)).toEqual(row);
      const secret = await createKey(
        SECRET_KEYS,
        db.orm,
        organization.id,
        { name: 'x', scopes: ['logs:read', 'usage:read'], allowBrowser: true, allowedOrigins: ['https://a.test'] },
        { type: 'secret_key', keyId: founded.secretKey.row.id, address: '::1', userAgent: null },
      );
      expect(secret.row.createdBy).toBe(founded.secretKey.row.id);
      expect(await findKey(SECRET_KEYS, db.orm, organization.id, secret.row.id)).toEqual(secret.row);
    });

    it('shows nothing of an organization to another', async () => {
      const other = await foundOrganization(db.orm, 'Another', OPERATOR);
      const id = other.organization.id;
      expect(await findKey(PUBLIC_KEYS, db.orm, id, founded.publicKey.row.id)).toBeNull();
      expect(await revokeKey(PUBLIC_KEYS, db.orm, id, founded.publicKey.row.id, anyone, OPERATOR)).toBeNull();
      expect(await revokeKey(SECRET_KEYS, db.orm, id, founded.secretKey.row.id, anyone, OPERATOR)).toBeNull();
      expect(await findProject(db.orm, id, founded.project.id)).toBeNull();
      expect((await listRetentions(db.orm, id)).map((project) => project.id)).toEqual([other.project.id]);
      expect((await listKeys(PUBLIC_KEYS, db.orm, id, { limit: 10, before: null })).map((row) => row.id)).toEqual([
        other.publicKey.row.id,
      ]);
    });

    it('pages keys newest first', async () => {
      const { organization, project } = founded;
      const all = await listKeys(PUBLIC_KEYS, db.orm, organization.id, { limit: 100, before: null });
      const next = await createKey(
        PUBLIC_KEYS,
        db.orm,
        organization.id,
        { name: 'newest', projectId: project.id },
        OPERATOR,
      );
      const first = await listKeys(PUBLIC_KEYS, db.orm, organization.id, { limit: 1, before: null });
      expect(first.map(({ id }) => id)).toEqual([next.row.id]);
      expect(await listKeys(PUBLIC_KEYS, db.orm, organization.id, { limit: 100, before: next.row.id })).toEqual(all);
    });

    describe('the order of key changes', () => {
      it('has no gap and no repeat, with many changes at once, and is told to listeners', async () => {
        let told = 0;
        const stop = db.onKeyChange(() => {
          told += 1;
        });
        const { seq: before } = await readFeedState(db.orm);
        const { organization, project } = founded;
        const made = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            createKey(PUBLIC_KEYS, db.orm, organization.id, { name: `k${n}`, projectId: project.id }, OPERATOR),
          ),
        );
        expect(made.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 20 }, (_, n) => before + 1 + n),
        );
        const changes = await readKeyChanges(db.orm, before);
        expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => before + 1 + n));
        expect(new Set(changes.map(({ keyId }) => keyId))).toEqual(new Set(made.map(({ row }) => row.id)));
        await expect.poll(() => told).toBeGreaterThan(0);
        stop();
      });

      it('gives revoked keys with their time, and the retention of their project', async () => {
        const { organization } = founded;
        const project = await createProject(db.orm, organization.id, { name: 'short', retentionDays: 7 }, OPERATOR);
        const { row, seq } = await createKey(
          PUBLIC_KEYS,
          db.orm,
          organization.id,
          { name: 'x', projectId: project.id },
          OPERATOR,
        );
        const revoked = await revokeKey(PUBLIC_KEYS, db.orm, organization.id, row.id, anyone, OPERATOR);
        expect(revoked?.seq).toBe(seq + 1);
        const [change] = await readKeyChanges(db.orm, seq);
        const stored = await findKey(PUBLIC_KEYS, db.orm, organization.id, row.id);
        expect(change?.entry).toMatchObject({
          keyId: row.id,
          revokedAtMs: stored?.revokedAt?.getTime(),
          retentionDays: 7,
        });
        expect(await revokeKey(PUBLIC_KEYS, db.orm, organization.id, row.id, anyone, OPERATOR)).toEqual(revoked);
        expect(await readKeyChanges(db.orm, seq + 1)).toEqual([]);
      });

      it('a snapshot holds what is in force, and what ended in the last 90 days', async () => {
        const { organization, project } = founded;
        const expiresAt = new Date(Date.now() + 1_000);
        const { row } = await createKey(
          PUBLIC_KEYS,
          db.orm,
          organization.id,
          { name: 'x', projectId: project.id, expiresAt },
          OPERATOR,
        );
        const ids = async (nowMs: number) => (await readKeySnapshot(db.orm, nowMs)).entries.map(({ keyId }) => keyId);
        expect(await ids(Date.now())).toContain(row.id);
        expect(await ids(Date.now() + 90 * DAY_MS)).toContain(row.id);
        expect(await ids(Date.now() + 91 * DAY_MS)).not.toContain(row.id);
        expect(await ids(Date.now() + 91 * DAY_MS)).toContain(founded.publicKey.row.id);
      });

      it('can be followed from any seq that is kept, in this epoch alone', async () => {
        const { epoch, seq } = await readFeedState(db.orm);
        expect(await canResume(db.orm, { epoch, seq })).toBe(true);
        expect(await canResume(db.orm, { epoch, seq: 0 })).toBe(true);
        expect(await canResume(db.orm, { epoch, seq: seq + 1 })).toBe(false);
        expect(await canResume(db.orm, { epoch: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f', seq })).toBe(false);
        await forgetOldKeyChanges(db.orm, Date.now() + 30 * DAY_MS);
        expect(await canResume(db.orm, { epoch, seq: seq - 1 })).toBe(false);
        expect(await canResume(db.orm, { epoch, seq })).toBe(true);
      });
    });
  });
}
