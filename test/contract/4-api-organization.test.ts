// Section 4 of the contract: threads, settings, the audit log, and what the operator has on the internal port.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  api,
  failureOf,
  found,
  internal,
  newKey,
  newOrganization,
  type Organization,
  send,
} from './support/organization.ts';

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

const call = (method: string, path: string, body?: unknown) => api(own.secretKey, method, path, body);

describe('/threads: shared investigations', () => {
  it('title, status, saved query', async () => {
    const query = { from: '-6h', search: { query: 'payment failed', mode: 'all' } };
    const made = await call('POST', '/threads', { title: 'Checkout fails', query });
    expect(made.status).toBe(201);
    expect(made.body.data).toMatchObject({
      title: 'Checkout fails',
      status: 'open',
      query,
      createdBy: own.secretKeyId,
    });
    const path = `/threads/${made.body.data.id}`;
    expect((await call('PATCH', path, { status: 'resolved' })).body.data.status).toBe('resolved');
    expect((await call('GET', path)).body.data).toMatchObject({ title: 'Checkout fails', status: 'resolved', query });
    expect((await call('GET', '/threads')).text).toContain(made.body.data.id);
    expect(failureOf(await call('POST', '/threads', { title: 'x', query: { limit: 0 } }))).toEqual([
      400,
      'VALIDATION_ERROR',
    ]);
  });

  it('messages with links to logs', async () => {
    await send(own.publicKey, { message: 'to be linked' });
    const [row] = await found(own.secretKey, { search: { query: 'linked' } });
    const { id } = (await call('POST', '/threads', { title: 'Links' })).body.data;
    const message = { body: 'It is this one.', logIds: [row.id] };
    const made = await call('POST', `/threads/${id}/messages`, message);
    expect([made.status, made.body.data]).toEqual([201, expect.objectContaining(message)]);
    const { data } = (await call('GET', `/threads/${id}/messages`)).body;
    expect(data).toEqual([made.body.data]);
    expect((await call('GET', `/logs/${data[0].logIds[0]}`)).body.data.message).toBe('to be linked');
  });

  it('DELETE', async () => {
    const { id } = (await call('POST', '/threads', { title: 'Gone' })).body.data;
    expect((await call('DELETE', `/threads/${id}`)).status).toBe(204);
    for (const path of [`/threads/${id}`, `/threads/${id}/messages`])
      expect(failureOf(await call('GET', path))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('/settings: organization name, default retention, default rate limits', () => {
  it('GET and PATCH; new projects and keys take the defaults', async () => {
    const changed = {
      name: 'Renamed',
      defaultRetentionDays: 90,
      defaultRateLimits: { publicKeys: 5_000, secretKeys: 500 },
    };
    expect((await call('PATCH', '/settings', changed)).body.data).toEqual(changed);
    expect((await call('GET', '/settings')).body.data).toEqual(changed);
    expect((await call('GET', '/me')).body.data.organization.name).toBe('Renamed');
    expect((await call('POST', '/projects', { name: 'x' })).body.data.retentionDays).toBe(90);
    expect((await call('POST', '/public-keys', { name: 'x' })).body.data.rateLimitPerMinute).toBe(5_000);
    expect((await call('POST', '/secret-keys', { name: 'x' })).body.data.rateLimitPerMinute).toBe(500);
    expect(failureOf(await call('PATCH', '/settings', { colour: 'red' }))).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('/audit-log: who made, changed, rotated, revoked which key or project, when, from where', () => {
  it('an entry for each', async () => {
    const { id } = await newKey(own, 'public-keys', { name: 'Audited' });
    await call('PATCH', `/public-keys/${id}`, { name: 'Renamed' });
    await call('POST', `/public-keys/${id}/rotate`, {});
    await call('DELETE', `/public-keys/${id}`);
    const project = (await call('POST', '/projects', { name: 'Audited' })).body.data;
    await call('PATCH', `/projects/${project.id}`, { retentionDays: 3 });
    await call('DELETE', `/projects/${project.id}`);
    const actionsOn = async (targetId: string) => {
      const { data } = (await call('GET', `/audit-log?targetId=${targetId}`)).body;
      for (const entry of data) {
        expect(entry).toMatchObject({
          actor: { keyId: own.secretKeyId },
          target: { id: targetId },
          address: '127.0.0.1',
        });
        expect(Math.abs(Date.parse(entry.at) - Date.now())).toBeLessThan(60_000);
      }
      return data.map((entry: { action: string }) => entry.action.split('.')[1]);
    };
    expect(await actionsOn(id)).toEqual(['revoked', 'rotated', 'changed', 'created']);
    expect(await actionsOn(project.id)).toEqual(['deleted', 'changed', 'created']);
  });

  it('newest first, with what a change changed', async () => {
    const { data } = (await call('GET', '/audit-log?action=project.changed')).body;
    expect(data[0].changes).toMatchObject({ retentionDays: [expect.any(Number), 3] });
    const all = (await call('GET', '/audit-log')).body.data.map((entry: { id: string }) => entry.id);
    expect(all).toEqual(all.toSorted().reverse());
  });
});

describe('the operator’s port', () => {
  it('/metrics of each service: no tenant, project or key labels', async () => {
    const { internalPorts, internalToken } = inject('contractSystem');
    for (const port of internalPorts) {
      const headers = { authorization: `Bearer ${internalToken}` };
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
      expect(text).toContain('process_cpu_seconds_total');
      expect(text).not.toMatch(/[{,](tenant|organization|project|key)(_?id)?=/i);
      for (const id of [own.id, own.projectId, own.publicKeyId, own.secretKeyId]) expect(text).not.toContain(id);
      expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    }
  });

  it('POST /internal/organizations {name} → organization, project and both keys; they work', async () => {
    const made = await internal('POST', '/internal/organizations', { name: 'Made by the operator' });
    expect(made.status).toBe(201);
    const { organization, publicKey, secretKey } = made.body.data;
    expect((await send(publicKey.key, { message: 'm' })).status).toBe(202);
    expect((await api(secretKey.key, 'GET', '/me')).body.data.organization).toEqual(organization);
    expect((await internal('GET', '/internal/organizations')).text).toContain(organization.id);
  });

  it('undecodable dead letters', async () => {
    expect((await internal('GET', '/internal/dead-letters')).body).toEqual({ data: [], error: null });
  });
});
