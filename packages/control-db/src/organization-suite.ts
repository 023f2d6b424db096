// What every control store must do of threads, settings and the audit log: run against PGlite and against a real PostgreSQL.
import { savedLogsQuerySchema } from '@sazabi/contract';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, audit } from './actor.ts';
import { type AuditLogOptions, listAuditLog } from './audit-log.ts';
import type { ControlDb } from './control-db.ts';
import { THREAD_MESSAGES_MAX, THREADS_MAX } from './limits.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { threadMessages, threads } from './schema.ts';
import { changeSettings, readSettings } from './settings.ts';
import {
  addThreadMessage,
  changeThread,
  createThread,
  deleteThread,
  findThread,
  listThreadMessages,
  listThreads,
  type NewThread,
  type Thread,
} from './threads.ts';

const OPERATOR = { type: 'operator' } as const;

/** @param open gives a store that other suites may use as well */
export function describeOrganizations(name: string, open: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let ours: FoundedOrganization;
    let theirs: FoundedOrganization;
    let actor: Actor;
    beforeAll(async () => {
      db = await open();
      ours = await foundOrganization(db.orm, 'Ours', OPERATOR);
      theirs = await foundOrganization(db.orm, 'Theirs', OPERATOR);
      actor = { type: 'secret_key', keyId: ours.secretKey.row.id, address: '::1', userAgent: 'suite' };
    });
    afterAll(() => db.close());

    async function makeThread(given: Partial<NewThread> = {}): Promise<Thread> {
      const wanted = { title: 'Why', status: 'open' as const, query: null, createdBy: ours.secretKey.row.id, ...given };
      const thread = await createThread(db.orm, ours.organization.id, wanted);
      if (thread === 'full') throw new Error('There are too many threads.');
      return thread;
    }

    function say(thread: Thread, body: string) {
      const message = { body, logIds: [], createdBy: ours.secretKey.row.id };
      return addThreadMessage(db.orm, ours.organization.id, thread.id, message);
    }

    describe('threads', () => {
      it('keep every field, queries with any character', async () => {
        const query = savedLogsQuerySchema.parse({
          search: { query: 'NUL \0, half \ud800, "quotes"', mode: 'substring' },
          filters: [{ field: 'attributes.__proto__', op: 'in', value: ['1', 2, true] }],
          limit: 7,
        });
        const thread = await makeThread({ title: 'Größe 🙂', status: 'resolved', query });
        expect(await findThread(db.orm, ours.organization.id, thread.id)).toEqual(thread);
        const changed = await changeThread(db.orm, ours.organization.id, thread.id, { query: null });
        expect(changed).toMatchObject({ title: 'Größe 🙂', status: 'resolved', query: null });
        expect(await changeThread(db.orm, ours.organization.id, thread.id, {})).toEqual(changed);
      });

      it('are listed newest first, by page and by status', async () => {
        const made = [await makeThread(), await makeThread({ status: 'resolved' }), await makeThread()];
        const ids = made.map(({ id }) => id).reverse();
        const list = async (limit: number, before: string | null, status?: Thread['status']) =>
          (await listThreads(db.orm, ours.organization.id, { limit, before, status })).map(({ id }) => id);
        expect(await list(2, null)).toEqual(ids.slice(0, 2));
        expect((await list(100, ids[1] ?? null))[0]).toBe(ids[2]);
        expect(await list(2, null, 'open')).toEqual([ids[0], ids[2]]);
      });

      it('take messages from many sides at once: each once, in the order of their ids, and counted', async () => {
        const thread = await makeThread();
        const made = await Promise.all(Array.from({ length: 20 }, (_, n) => say(thread, `message ${n}`)));
        const all = await listThreadMessages(db.orm, thread, { limit: 100, after: null });
        expect(new Set(all.map(({ body }) => body)).size).toBe(20);
        expect([...all].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(all);
        expect(all).toEqual(expect.arrayContaining(made));
        expect(await listThreadMessages(db.orm, thread, { limit: 100, after: all[4]?.id ?? null })).toEqual(
          all.slice(5),
        );
        const after = await findThread(db.orm, ours.organization.id, thread.id);
        expect(after?.messageCount).toBe(20);
        expect(after?.updatedAt.getTime()).toBeGreaterThanOrEqual(thread.updatedAt.getTime());
      });

      it('are gone with their messages, and belong to one organization', async () => {
        const thread = await makeThread();
        await say(thread, 'still there');
        const foreign = theirs.organization.id;
        expect(await findThread(db.orm, foreign, thread.id)).toBeNull();
        expect(await changeThread(db.orm, foreign, thread.id, { title: 'taken' })).toBeNull();
        expect(await deleteThread(db.orm, foreign, thread.id)).toBe(false);
        const message = { body: 'x', logIds: [], createdBy: theirs.secretKey.row.id };
        expect(await addThreadMessage(db.orm, foreign, thread.id, message)).toBe('not-found');
        expect(await listThreads(db.orm, foreign, { limit: 100, before: null, status: undefined })).toEqual([]);
        expect(await findThread(db.orm, ours.organization.id, thread.id)).toMatchObject({
          title: 'Why',
          messageCount: 1,
        });
        expect(await deleteThread(db.orm, ours.organization.id, thread.id)).toBe(true);
        expect(await listThreadMessages(db.orm, thread, { limit: 1, after: null })).toEqual([]);
        expect(await say(thread, 'too late')).toBe('not-found');
      });

      it('and their messages are bounded', async () => {
        const thread = await makeThread();
        await db.orm
          .update(threads)
          .set({ messageCount: THREAD_MESSAGES_MAX - 1 })
          .where(sql`id = ${thread.id}`);
        expect(await say(thread, 'the last')).toMatchObject({ body: 'the last' });
        expect(await say(thread, 'one more')).toBe('full');
        expect(await db.orm.$count(threadMessages, sql`thread_id = ${thread.id}`)).toBe(1);

        const { organization, secretKey } = await foundOrganization(db.orm, 'Of many threads', OPERATOR);
        const wanted = { title: 'x', status: 'open' as const, query: null, createdBy: secretKey.row.id };
        await db.orm.execute(sql`INSERT INTO threads (id, organization_id, title, status, created_at, created_by, updated_at)
          SELECT gen_random_uuid(), ${organization.id}, 'x', 'open', now(), ${secretKey.row.id}, now()
          FROM generate_series(1, ${sql.raw(String(THREADS_MAX - 1))})`);
        expect(await createThread(db.orm, organization.id, wanted)).toMatchObject({ title: 'x' });
        expect(await createThread(db.orm, organization.id, wanted)).toBe('full');
      });
    });

    describe('settings', () => {
      const options = { limit: 10, before: null, action: 'settings.changed', testOnly: false } as const;

      it('change what is said, and the audit log has the change', async () => {
        const id = ours.organization.id;
        expect(await readSettings(db.orm, id)).toEqual({
          name: 'Ours',
          defaultRetentionDays: 30,
          defaultPublicRateLimitPerMinute: 1000,
          defaultSecretRateLimitPerMinute: 1000,
        });
        const wanted = { name: 'Still ours', defaultPublicRateLimitPerMinute: null, defaultRetentionDays: 30 };
        const after = await changeSettings(db.orm, id, wanted, actor);
        expect(after).toEqual({ ...wanted, defaultSecretRateLimitPerMinute: 1000 });
        expect(await readSettings(db.orm, id)).toEqual(after);
        expect(await changeSettings(db.orm, id, wanted, actor)).toEqual(after);
        const written = await listAuditLog(db.orm, id, options);
        expect(written.map(({ entry }) => entry)).toMatchObject([
          {
            targetId: id,
            targetName: 'Still ours',
            changes: { name: ['Ours', 'Still ours'], 'defaultRateLimits.publicKeys': [1000, null] },
            address: '::1',
            userAgent: 'suite',
          },
        ]);
        expect((await readSettings(db.orm, theirs.organization.id)).name).toBe('Theirs');
      });

      it('changed from two sides at once, each entry begins where the one before ended', async () => {
        const id = theirs.organization.id;
        await Promise.all(
          Array.from({ length: 10 }, (_, n) => changeSettings(db.orm, id, { defaultRetentionDays: 100 + n }, OPERATOR)),
        );
        const written = await listAuditLog(db.orm, id, options);
        const steps = written.map(({ entry }) => entry.changes?.defaultRetentionDays);
        expect(steps).toHaveLength(10);
        const ends = new Set(steps.map((step) => step?.[1]));
        expect(ends.size).toBe(10);
        expect(steps.map((step) => step?.[0]).filter((begin) => !ends.has(begin))).toEqual([30]);
      });
    });

    describe('the audit log', () => {
      const list = async (given: Partial<AuditLogOptions> = {}) => {
        const options = { limit: 100, before: null, testOnly: false, ...given };
        return await listAuditLog(db.orm, ours.organization.id, options);
      };

      it('is read newest first, by page and by filter, with who acted', async () => {
        const all = await list();
        expect(all.map(({ entry }) => entry.action)).toEqual([
          'settings.changed',
          'public_key.created',
          'secret_key.created',
          'project.created',
          'organization.created',
        ]);
        expect(all.map(({ actorKey }) => actorKey?.name)).toEqual(['First secret key', ...Array(4).fill(undefined)]);
        expect(await list({ limit: 2, before: all[0]?.id ?? null })).toEqual(all.slice(1, 3));
        expect(await list({ action: 'project.created' })).toEqual(all.slice(3, 4));
        expect(await list({ targetId: ours.publicKey.row.id })).toEqual(all.slice(1, 2));
        const [newest] = all;
        expect(await list({ to: newest?.entry.at })).toEqual(all.slice(1));
        expect((await list({ from: newest?.entry.at })).map(({ id }) => id)).toContain(newest?.id);
      });

      it('shows a test key nothing of live keys and of dead letters of live logs', async () => {
        const letter = {
          organizationId: ours.organization.id,
          action: 'dead_letter.deleted',
          targetType: 'dead_letter',
          targetId: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f',
        } as const;
        await audit(db.orm, actor, letter, new Date());
        expect((await list()).map(({ entry }) => entry.action)).toContain('dead_letter.deleted');
        expect((await list({ testOnly: true })).map(({ entry }) => entry.action)).toEqual([
          'settings.changed',
          'project.created',
          'organization.created',
        ]);
      });
    });
  });
}
