// What every control store must do with keys that change: run against PGlite and against a real PostgreSQL.
import type { ContractError, Scope } from '@sazabi/contract';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from './actor.ts';
import { deleteProject } from './change-project.ts';
import type { ControlDb } from './control-db.ts';
import { readKeyChanges } from './key-changes.ts';
import { recordSecretKeyUse } from './key-use.ts';
import { changeKey, createKey, findKey, listKeys, revokeKey, rotateKey } from './keys.ts';
import { type FoundedOrganization, foundOrganization } from './organizations.ts';
import { createProject } from './projects.ts';
import { PUBLIC_KEYS } from './public-keys.ts';
import { auditLog, keyRoom, organizations } from './schema.ts';
import { SECRET_KEYS } from './secret-keys.ts';

const OPERATOR = { type: 'operator' } as const;
const DAY_SECONDS = 86_400;
const KEYS_WRITE: Scope[] = ['keys:write'];
const anyone = () => undefined;
const codeOf = (error: ContractError) => error.code;

/** @param open gives a store that may be another suite's too */
export function describeKeyVerbs(name: string, open: () => Promise<ControlDb>): void {
  describe(name, () => {
    let db: ControlDb;
    let founded: FoundedOrganization;
    beforeAll(async () => {
      db = await open();
      founded = await foundOrganization(db.orm, 'Of the keys', OPERATOR);
    });
    afterAll(() => db.close());

    const makePublic = (more: object = {}) =>
      createKey(
        PUBLIC_KEYS,
        db.orm,
        founded.organization.id,
        { name: 'x', projectId: founded.project.id, ...more },
        OPERATOR,
      );
    const auditOf = async (targetId: string) =>
      (await db.orm.select().from(auditLog).where(eq(auditLog.targetId, targetId)).orderBy(auditLog.id)).map(
        ({ action, targetName, changes }) => ({ action, targetName, changes }),
      );

    it('a change is kept, told to intakes once, and written down with what was before', async () => {
      const { row, seq } = await makePublic();
      const wanted = {
        name: 'y',
        allowedOrigins: ['https://a.test'],
        rateLimitPerMinute: null,
        environment: undefined,
      };
      const { id: organizationId } = founded.organization;
      const changed = await changeKey(PUBLIC_KEYS, db.orm, organizationId, row.id, () => wanted, OPERATOR);
      expect(changed?.seq).toBe(seq + 1);
      expect(await findKey(PUBLIC_KEYS, db.orm, organizationId, row.id)).toEqual(changed?.row);
      expect(changed?.row).toEqual({
        ...row,
        name: 'y',
        allowedOrigins: ['https://a.test'],
        rateLimitPerMinute: null,
      });
      const [told] = await readKeyChanges(db.orm, seq);
      expect(told?.entry).toMatchObject({ keyId: row.id, rateLimitPerMinute: null });
      // The same again is no change.
      expect((await changeKey(PUBLIC_KEYS, db.orm, organizationId, row.id, () => wanted, OPERATOR))?.seq).toBe(seq + 1);
      expect(await auditOf(row.id)).toEqual([
        { action: 'public_key.created', targetName: 'x', changes: null },
        {
          action: 'public_key.changed',
          targetName: 'y',
          changes: { name: ['x', 'y'], allowedOrigins: [[], ['https://a.test']], rateLimitPerMinute: [1000, null] },
        },
      ]);
    });

    describe('are bounded, new ones and rotated ones, those that ended lately included', () => {
      const bounds = { public: { ...PUBLIC_KEYS, keysMax: 4 }, secret: { ...SECRET_KEYS, keysMax: 4 } };
      it.each(['public', 'secret'] as const)('%s keys', async (type) => {
        const { organization, project, publicKey, secretKey } = await foundOrganization(db.orm, 'Full', OPERATOR);
        const first = type === 'public' ? publicKey.row : secretKey.row;
        const caller = { type: 'secret_key', keyId: secretKey.row.id, address: '::1', userAgent: 'suite' } as const;
        const make = async (actor: Actor = caller) => {
          const wanted = { name: 'x', projectId: project.id };
          const made =
            type === 'public'
              ? createKey(bounds.public, db.orm, organization.id, wanted, actor)
              : createKey(bounds.secret, db.orm, organization.id, wanted, actor);
          return await made.then(({ row }) => row.id, codeOf);
        };
        const rotate = (id: string) => {
          const options = { overlapSeconds: 0, permit: anyone };
          const made =
            type === 'public'
              ? rotateKey(bounds.public, db.orm, organization.id, id, options, caller)
              : rotateKey(bounds.secret, db.orm, organization.id, id, options, caller);
          return made.then(() => 'rotated', codeOf);
        };
        const { columns } = bounds[type];
        const count = () => db.orm.$count(columns, eq(columns.organizationId, organization.id));

        // At once they do not pass it either.
        const outcomes = await Promise.all([make(), make(), make(), make(), make()]);
        expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(2);
        expect(await rotate(first.id)).toBe('CONFLICT');
        expect(await count()).toBe(4);
        const [second = ''] = outcomes.filter((outcome) => outcome !== 'CONFLICT');
        const end = (days: number) =>
          db.orm
            .update(columns)
            .set({ revokedAt: new Date(Date.now() - days * DAY_SECONDS * 1000) })
            .where(eq(columns.id, second));
        const countAgain = () =>
          db.orm.update(keyRoom).set({ fullUntil: null }).where(eq(keyRoom.organizationId, organization.id));
        await end(89);
        await countAgain();
        expect(await make()).toBe('CONFLICT');
        // Not counted again at each call.
        await end(91);
        expect(await make()).toBe('CONFLICT');
        await countAgain();
        expect(await rotate(first.id)).toBe('rotated');
        expect(await make()).toBe('CONFLICT');
        // The operator is never locked out.
        expect(await make(OPERATOR)).not.toBe('CONFLICT');
      });
    });

    it('a rotated key has the same settings anew; the old one ends after the overlap, an earlier end stays', async () => {
      const { id: organizationId } = founded.organization;
      const rotate = (id: string, overlapSeconds: number) =>
        rotateKey(PUBLIC_KEYS, db.orm, organizationId, id, { overlapSeconds, permit: anyone }, OPERATOR);
      const soon = new Date(Date.now() + 60_000);
      const { row } = await makePublic({ environment: 'prod', allowedOrigins: ['https://a.test'], expiresAt: soon });
      const rotated = await rotate(row.id, DAY_SECONDS);
      const old = await findKey(PUBLIC_KEYS, db.orm, organizationId, row.id);
      expect(old).toEqual({ ...row, replacedBy: rotated?.row.id });
      const { id, hash, keyPrefix, createdAt, ...same } = row;
      expect(rotated?.row).toMatchObject(same);
      expect(rotated?.row.hash).not.toBe(hash);
      expect(JSON.stringify(await auditOf(id))).not.toContain(hash);
      await expect(rotate(row.id, 0)).rejects.toThrow(`the key ${rotated?.row.id} takes its place`);

      const lasting = await makePublic();
      await rotate(lasting.row.id, DAY_SECONDS);
      const ending = await findKey(PUBLIC_KEYS, db.orm, organizationId, lasting.row.id);
      expect(ending?.expiresAt?.getTime()).toBeGreaterThan(Date.now() + (DAY_SECONDS - 60) * 1000);
      expect(ending?.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + DAY_SECONDS * 1000);

      const leaked = await makePublic();
      await rotate(leaked.row.id, 0);
      expect((await findKey(PUBLIC_KEYS, db.orm, organizationId, leaked.row.id))?.revokedAt).not.toBeNull();
      expect((await auditOf(leaked.row.id)).at(-1)).toMatchObject({
        action: 'public_key.rotated',
        changes: { revokedAt: [null, expect.any(String)], replacedBy: [null, expect.any(String)] },
      });
      await expect(rotate(leaked.row.id, 0)).rejects.toThrow('stays as it is');
    });

    it('a rotated key may end earlier, never later, so the one in its place is the last admin', async () => {
      const { organization, secretKey } = await foundOrganization(db.orm, 'With a rotated admin', OPERATOR);
      const { id } = secretKey.row;
      const options = { overlapSeconds: DAY_SECONDS, permit: anyone };
      const next = await rotateKey(SECRET_KEYS, db.orm, organization.id, id, options, OPERATOR);
      const end = (await findKey(SECRET_KEYS, db.orm, organization.id, id))?.expiresAt ?? new Date(0);
      const expire = (expiresAt: Date | null) =>
        changeKey(SECRET_KEYS, db.orm, organization.id, id, () => ({ expiresAt }), OPERATOR).then(
          (changed) => changed?.row.expiresAt,
          codeOf,
        );
      expect(await expire(null)).toBe('CONFLICT');
      expect(await expire(new Date(end.getTime() + 1))).toBe('CONFLICT');
      const revoked = revokeKey(SECRET_KEYS, db.orm, organization.id, next?.row.id ?? '', anyone, OPERATOR);
      await expect(revoked).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('of several rotations at once one takes place', async () => {
      const { row } = await makePublic();
      const options = { overlapSeconds: 60, permit: anyone };
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () =>
          rotateKey(PUBLIC_KEYS, db.orm, founded.organization.id, row.id, options, OPERATOR).catch(codeOf),
        ),
      );
      expect(outcomes.filter((outcome) => outcome !== 'CONFLICT')).toHaveLength(1);
    });

    it('a deleted project gets no more keys, and its own stay ended', async () => {
      const { id: organizationId } = founded.organization;
      const project = await createProject(db.orm, organizationId, { name: 'To be deleted' }, OPERATOR);
      const { row } = await makePublic({ projectId: project.id });
      const options = { overlapSeconds: 60, permit: anyone };
      const [, rotated, made] = await Promise.all([
        deleteProject(db.orm, organizationId, project.id, OPERATOR),
        rotateKey(PUBLIC_KEYS, db.orm, organizationId, row.id, options, OPERATOR).catch(codeOf),
        makePublic({ projectId: project.id }).catch(codeOf),
      ]);
      expect(['CONFLICT', 'NOT_FOUND', 'object']).toContain(typeof rotated === 'string' ? rotated : typeof rotated);
      expect(['NOT_FOUND', 'object']).toContain(typeof made === 'string' ? made : typeof made);
      const filter = { limit: 10, before: null, projectId: project.id };
      expect(await listKeys(PUBLIC_KEYS, db.orm, organizationId, { ...filter, state: 'active' })).toEqual([]);
      await expect(makePublic({ projectId: project.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const again = rotateKey(PUBLIC_KEYS, db.orm, organizationId, row.id, options, OPERATOR);
      await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('a new key has the rate limit of the organization’s settings', async () => {
      const { organization, project } = await foundOrganization(db.orm, 'With settings', OPERATOR);
      await db.orm
        .update(organizations)
        .set({ defaultPublicRateLimitPerMinute: 7, defaultSecretRateLimitPerMinute: null })
        .where(eq(organizations.id, organization.id));
      const wanted = { name: 'x', projectId: project.id };
      const made = await createKey(PUBLIC_KEYS, db.orm, organization.id, wanted, OPERATOR);
      expect(made.row.rateLimitPerMinute).toBe(7);
      const own = { ...wanted, rateLimitPerMinute: null };
      expect((await createKey(PUBLIC_KEYS, db.orm, organization.id, own, OPERATOR)).row.rateLimitPerMinute).toBeNull();
      const secret = await createKey(SECRET_KEYS, db.orm, organization.id, { name: 'x' }, OPERATOR);
      expect(secret.row.rateLimitPerMinute).toBeNull();
    });

    it('lists by mode, state, age, use and project', async () => {
      const { organization, project, secretKey } = await foundOrganization(db.orm, 'With a list', OPERATOR);
      const list = async (more: object) =>
        (await listKeys(SECRET_KEYS, db.orm, organization.id, { limit: 10, before: null, ...more })).map(
          (row) => row.name,
        );
      const make = (wanted: object) =>
        createKey(SECRET_KEYS, db.orm, organization.id, { name: 'x', ...wanted }, OPERATOR);
      await make({ name: 'of tests', mode: 'test' });
      await make({ name: 'expired', expiresAt: new Date(Date.now() - 1) });
      const revoked = await make({ name: 'revoked', expiresAt: new Date(Date.now() - 1) });
      await revokeKey(SECRET_KEYS, db.orm, organization.id, revoked.row.id, anyone, OPERATOR);
      const first = secretKey.row.name;
      expect(await list({})).toEqual(['revoked', 'expired', 'of tests', first]);
      expect(await list({ mode: 'test' })).toEqual(['of tests']);
      expect(await list({ state: 'active' })).toEqual(['of tests', first]);
      expect(await list({ state: 'expired' })).toEqual(['expired']);
      expect(await list({ state: 'revoked' })).toEqual(['revoked']);
      expect(await list({ createdBefore: revoked.row.createdAt })).not.toContain('revoked');
      const soon = new Date(Date.now() + 60_000);
      const use = { keyId: secretKey.row.id, atMs: soon.getTime(), address: '', userAgent: '' };
      await recordSecretKeyUse(db.orm, [use]);
      expect(await list({ unusedSince: soon })).toEqual(['revoked', 'expired', 'of tests']);
      const ofProject = { limit: 10, before: null, projectId: project.id };
      expect(await listKeys(PUBLIC_KEYS, db.orm, organization.id, ofProject)).toHaveLength(1);
      const ofOther = { ...ofProject, projectId: founded.project.id };
      expect(await listKeys(PUBLIC_KEYS, db.orm, organization.id, ofOther)).toEqual([]);
    });

    it('of the last admin keys one stays, whatever takes them and however many at once', async () => {
      const { organization, secretKey } = await foundOrganization(db.orm, 'With admins', OPERATOR);
      const { id: organizationId } = organization;
      const make = async (more: object = {}) =>
        (await createKey(SECRET_KEYS, db.orm, organizationId, { name: 'x', ...more }, OPERATOR)).row.id;
      const ends = {
        revoke: (id: string) => revokeKey(SECRET_KEYS, db.orm, organizationId, id, anyone, OPERATOR),
        demote: (id: string) =>
          changeKey(SECRET_KEYS, db.orm, organizationId, id, () => ({ scopes: KEYS_WRITE }), OPERATOR),
        expire: (id: string) =>
          changeKey(
            SECRET_KEYS,
            db.orm,
            organizationId,
            id,
            () => ({ expiresAt: new Date(Date.now() + 60_000) }),
            OPERATOR,
          ),
      };
      // None of them can take over.
      await make({ mode: 'test' });
      await make({ expiresAt: new Date(Date.now() + 60_000) });
      await make({ scopes: ['keys:write'] });
      let last = secretKey.row.id;
      for (const end of Object.values(ends)) await expect(end(last)).rejects.toMatchObject({ code: 'CONFLICT' });
      for (const [one, other] of [
        [ends.revoke, ends.revoke],
        [ends.revoke, ends.expire],
        [ends.demote, ends.expire],
      ] as const) {
        const second = await make();
        const outcomes = await Promise.all([one(last).catch(codeOf), other(second).catch(codeOf)]);
        expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(1);
        if (outcomes[1] === 'CONFLICT') last = second;
      }
      const audited = (await auditOf(last)).map(({ action }) => action);
      expect(audited).toEqual(['secret_key.created']);
      // Rotated with or without an overlap, the new one takes over.
      for (const overlapSeconds of [60, 0]) {
        const options = { overlapSeconds, permit: anyone };
        const next = await rotateKey(SECRET_KEYS, db.orm, organizationId, last, options, OPERATOR);
        last = next?.row.id ?? '';
      }
      await expect(ends.revoke(last)).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });
}
