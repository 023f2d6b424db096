// Section 4 of the contract: what is read of logs beside queries: tail, fields, one log, usage, dead letters.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { api, failureOf, found, newKey, newOrganization, type Organization, send } from './support/organization.ts';

/** Counts of requests are told every 10 s. */
const TOLD_MS = 40_000;

let own: Organization;
let counted: { readonly id: string; readonly key: string };
beforeAll(async () => {
  own = await newOrganization();
  counted = await newKey(own, 'public-keys', { rateLimitPerMinute: 3 });
  await send(counted.key, [{ message: 'a', service: 's1', attributes: { x: 1 } }, { message: null }]);
  await send(counted.key, { message: 'b', service: 's2', environment: 'e1' });
  await send(counted.key, '{');
  await send(counted.key, { message: 'over the limit' });
});

const call = (method: string, path: string, body?: unknown) => api(own.secretKey, method, path, body);

describe('GET /logs/tail', () => {
  /** Reads events until `enough` says so. */
  async function tail(query: string, enough: (text: string) => boolean, lastEventId?: string): Promise<string> {
    const stop = new AbortController();
    const response = await fetch(`${inject('contractSystem').apiUrl}/logs/tail${query}`, {
      headers: {
        'x-sazabi-secret-key': own.secretKey,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ]);
    let text = '';
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString('utf8');
      if (text.endsWith('\n') && enough(text)) break;
    }
    stop.abort();
    return text;
  }
  const rowsOf = (text: string) =>
    text.split('\n').flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice('data: '.length))] : []));
  const lastIdOf = (text: string) => /^id: ?(.+)$/m.exec(text.slice(text.lastIndexOf('\nid:')))?.[1] ?? '';

  it('event: log, data: one row of section 5, id: opaque; Last-Event-ID resumes without gap or repeat', async () => {
    const filters = encodeURIComponent(JSON.stringify([{ field: 'service', op: 'eq', value: 'tailed' }]));
    const query = `?filters=${filters}&projectId=${own.projectId}`;
    let opened = false;
    const first = tail(query, (text) => {
      if (!opened)
        void send(
          own.publicKey,
          [1, 2].map((n) => ({ message: `row ${n}`, service: 'tailed' })),
        );
      opened = true;
      return rowsOf(text).length >= 2;
    });
    const text = await first;
    expect(text).toMatch(/^event: ?log$/m);
    const rows = rowsOf(text);
    expect(rows.map(({ message }) => message)).toEqual(['row 1', 'row 2']);
    const [stored] = await found(own.secretKey, { search: { query: 'row 1', mode: 'phrase' } });
    expect(rows[0]).toEqual(stored);
    await send(own.publicKey, [{ message: 'row 3', service: 'tailed' }, { message: 'not tailed' }]);
    const resumed = await tail(query, (more) => rowsOf(more).length >= 1, lastIdOf(text));
    expect(rowsOf(resumed).map(({ message }) => message)).toEqual(['row 3']);
  });

  it('searches and filters as queries do; what is wrong is 400, what is foreign 404', async () => {
    expect(failureOf(await call('GET', '/logs/tail?searchMode=loud&search=x'))).toEqual([400, 'VALIDATION_ERROR']);
    expect(failureOf(await call('GET', '/logs/tail?filters=%7B'))).toEqual([400, 'VALIDATION_ERROR']);
    const foreign = await newOrganization();
    expect(failureOf(await call('GET', `/logs/tail?projectId=${foreign.projectId}`))).toEqual([404, 'NOT_FOUND']);
  });
});

it('GET /logs/fields: attribute keys, services, environments with counts', async () => {
  await found(own.secretKey, { filters: [{ field: 'service', op: 'in', value: ['s1', 's2'] }] }, 2);
  const { data } = (await call('GET', '/logs/fields?from=-1h')).body;
  expect(data.attributes).toContainEqual({ key: 'x', count: 1 });
  expect(data.services).toContainEqual({ value: 's1', count: 1 });
  expect(data.environments).toContainEqual({ value: 'e1', count: 1 });
  expect((await call('GET', '/logs/fields?from=2000-01-01&to=2000-01-02')).body.data.services).toEqual([]);
});

it('GET /logs/{id}: one log; its id is opaque', async () => {
  const [row] = await found(own.secretKey, { filters: [{ field: 'service', op: 'eq', value: 's1' }] });
  expect((await call('GET', `/logs/${row.id}`)).body.data).toEqual(row);
});

describe('GET /usage: per day, project and key', () => {
  it('accepted logs and bytes, rejected by code, limited, requests', async () => {
    const usage = await waitFor(
      'the counts are told',
      async () => {
        const { data } = (await call('GET', `/usage?projectId=${own.projectId}`)).body;
        const [row] = data.filter(({ keyId }: { keyId: string }) => keyId === counted.id);
        return row?.requests === 4 && row.accepted.logs === 2 && row;
      },
      TOLD_MS,
    );
    expect(usage).toMatchObject({
      day: new Date().toISOString().slice(0, 10),
      projectId: own.projectId,
      accepted: { logs: 2, bytes: expect.any(Number) },
      rejected: { VALIDATION_ERROR: 1 },
      limited: 1,
    });
    expect(usage.accepted.bytes).toBeGreaterThan(0);
  });

  it('from, to; default: last 30 days', async () => {
    expect((await call('GET', '/usage?from=2020-01-01&to=2020-01-31')).body.data).toEqual([]);
    expect((await call('GET', '/usage?from=yesterday')).status).toBe(400);
  });
});

describe('/dead-letters', () => {
  it('what of this organization’s could not be stored: nothing here; POST {id}/replay and DELETE {id} of none are 404', async () => {
    expect((await call('GET', '/dead-letters')).body).toEqual({ data: [], error: null, nextCursor: null });
    expect(failureOf(await call('POST', `/dead-letters/${own.projectId}/replay`))).toEqual([404, 'NOT_FOUND']);
    expect(failureOf(await call('DELETE', `/dead-letters/${own.projectId}`))).toEqual([404, 'NOT_FOUND']);
  });
});
