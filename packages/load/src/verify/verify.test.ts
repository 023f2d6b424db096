import { expect, it } from 'vitest';
import type { LoadApi } from '../api.ts';
import { createLogIds } from '../logs/log-id.ts';
import { idText } from '../measure/freshness.ts';
import { createLedger } from './ledger.ts';
import { verifyStored } from './verify.ts';

const IDS = createLogIds(1);
const away = () => Promise.reject(Object.assign(new Error('Nobody there.'), { isAway: true }));

/** Has the one log that was acknowledged, in whatever slice of time. Every other call finds it away. */
function flakyApi(): LoadApi & { calls(): number } {
  let calls = 0;
  let isTold = false;
  const answer = async (data: object) => {
    calls += 1;
    return calls % 2 === 1 ? await away() : data;
  };
  return {
    call: async (_method, _path, schema) => schema.parse(await answer({ total: 1 })),
    whole: async (_method, _path, schema) => {
      const page = await answer({ nextCursor: null });
      const data = isTold ? [] : [{ keyId: 'k', attributes: { trace: idText(IDS, 0, 0) } }];
      isTold = true;
      return schema.parse({ ...page, data });
    },
    remove: away,
    calls: () => calls,
  };
}

function verify(api: LoadApi, deadlineMs: number) {
  const ledger = createLedger(1);
  ledger.add({ request: 0, status: 202, accepted: 1, unclear: false });
  // One slice of one ms.
  const run = { projectId: 'p', keyIds: ['k'], fromMs: 1, toMs: 1 };
  return verifyStored({ api, run, ledger, ids: IDS, stop: new AbortController().signal, deadlineMs });
}

it('an API that is away for a moment is asked again, for each call of the verification', async () => {
  const api = flakyApi();
  expect(await verify(api, 60_000)).toMatchObject({ rows: 1, missing: 0, doubled: 0, stopped: false });
  expect(api.calls()).toBe(4);
});

it('one that stays away is given up after the time for it, with its own words; one that refuses, at once', async () => {
  const gone: LoadApi = { call: away, whole: away, remove: away };
  const startedMs = performance.now();
  await expect(verify(gone, 600)).rejects.toThrow('Nobody there.');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(600);
  let calls = 0;
  const refuse = () => {
    calls += 1;
    return Promise.reject(new Error('The key was revoked.'));
  };
  await expect(verify({ call: refuse, whole: refuse, remove: refuse }, 60_000)).rejects.toThrow('The key was revoked.');
  expect(calls).toBe(1);
});

it('what comes late is waited for, and read again where it is not there yet', async () => {
  const asked: string[] = [];
  const row = { keyId: 'k', attributes: { trace: idText(IDS, 0, 0) } };
  const api: LoadApi = {
    call: async (_method, _path, schema) => schema.parse({ total: asked.push('total') - 1 }),
    whole: async (_method, _path, schema) =>
      schema.parse({ nextCursor: null, data: asked.push('page') < 4 ? [] : [row] }),
    remove: away,
  };
  expect(await verify(api, 60_000)).toMatchObject({ rows: 1, missing: 0, stopped: false });
  expect(asked).toEqual(['total', 'total', 'page', 'page']);
});

it('what has not come by the deadline is missing', { timeout: 20_000 }, async () => {
  const api: LoadApi = {
    call: async (_method, _path, schema) => schema.parse({ total: 0 }),
    whole: async (_method, _path, schema) => schema.parse({ nextCursor: null, data: [] }),
    remove: away,
  };
  expect(await verify(api, 600)).toMatchObject({ rows: 0, missing: 1, stopped: false });
});
