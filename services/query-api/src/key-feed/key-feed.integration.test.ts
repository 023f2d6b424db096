// The feed's server against the real client of the intakes.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractError } from '@sazabi/contract';
import { createdPublicKeySchema, publicKeySchema } from '@sazabi/contract/schemas';
import {
  createKeySnapshot,
  createKeyUsage,
  type KeyFeedClient,
  type KeySnapshot,
  startKeyFeedClient,
} from '@sazabi/keys';
import { createLogger } from '@sazabi/lifecycle';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEY_CONFIRM_WAIT_MS } from '../limits.ts';
import { startTestApi, type TestApi } from '../test-support.ts';

interface TestIntake {
  readonly snapshot: KeySnapshot;
  readonly client: KeyFeedClient;
  readonly usage: ReturnType<typeof createKeyUsage>;
}

let test: TestApi;
let folder: string;
const intakes: TestIntake[] = [];

beforeAll(async () => {
  test = await startTestApi();
  folder = mkdtempSync(join(tmpdir(), 'key-feed-'));
});
afterEach(async () => {
  for (const { client } of intakes.splice(0)) await client.close();
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startIntake(name: string, reportIntervalMs = 10_000): Promise<TestIntake> {
  const snapshot = createKeySnapshot();
  const usage = createKeyUsage();
  const client = await startKeyFeedClient({
    urls: [test.api.internalUrl],
    token: undefined,
    snapshot,
    snapshotPath: join(folder, `${name}.ndjson`),
    usage,
    logger: createLogger('test', 'silent'),
    reportIntervalMs,
  });
  const intake = { snapshot, client, usage };
  intakes.push(intake);
  await expect.poll(() => client.connected(), { timeout: 5_000 }).toBe(true);
  return intake;
}

async function makeKey() {
  const body = { name: 'of the feed test', rateLimitPerMinute: null };
  return (await test.call('POST', '/public-keys', { body })).data(createdPublicKeySchema);
}

const accepted = ({ snapshot }: TestIntake, key: string) =>
  !(snapshot.lookUp(key, Date.now()) instanceof ContractError);

describe('I4: a change of a key is in force when its call returns', () => {
  it('50 of 50 new keys are taken and 50 of 50 revoked ones refused by both intakes, without any wait', async () => {
    const both = [await startIntake('one'), await startIntake('two')];
    let taken = 0;
    let refused = 0;
    for (let round = 0; round < 50; round += 1) {
      const { id, key } = await makeKey();
      taken += both.filter((intake) => accepted(intake, key)).length;
      expect((await test.call('DELETE', `/public-keys/${id}`)).status).toBe(204);
      refused += both.filter((intake) => !accepted(intake, key)).length;
    }
    expect({ taken, refused }).toEqual({ taken: 100, refused: 100 });
  });

  it('an intake that never confirms holds a change up for 1 s at most, and later ones not at all', async () => {
    const intake = await startIntake('beside a mute one');
    const at = intake.snapshot.position();
    // It has everything up to now and then falls silent.
    const mute = request(`${test.api.internalUrl}/internal/keys?after=${at?.epoch}.${at?.seq}`, { method: 'POST' });
    mute.on('error', () => undefined);
    mute.flushHeaders();
    const [response] = await once(mute, 'response');
    expect(response.statusCode).toBe(200);
    await once(response, 'data');
    const startedMs = performance.now();
    const { key } = await makeKey();
    const heldUpMs = performance.now() - startedMs;
    expect(heldUpMs).toBeGreaterThan(KEY_CONFIRM_WAIT_MS * 0.9);
    expect(heldUpMs).toBeLessThan(KEY_CONFIRM_WAIT_MS * 3);
    expect(accepted(intake, key)).toBe(true);
    const againMs = performance.now();
    await makeKey();
    expect(performance.now() - againMs).toBeLessThan(KEY_CONFIRM_WAIT_MS * 0.9);
    mute.destroy();
  });
});

describe('following', () => {
  it('goes on from where an intake was, and from a snapshot where it was never', async () => {
    const first = await startIntake('resumed');
    const before = await makeKey();
    await first.client.close();
    intakes.length = 0;
    const meanwhile = await makeKey();
    const again = await startIntake('resumed');
    await expect.poll(() => accepted(again, meanwhile.key), { timeout: 5_000 }).toBe(true);
    expect(accepted(again, before.key)).toBe(true);
    const fresh = await startIntake('fresh');
    expect(fresh.snapshot.position()).toEqual(again.snapshot.position());
    expect(fresh.snapshot.size()).toBe(again.snapshot.size());
    expect(fresh.snapshot.receiptSecret()).toHaveLength(32);
  });

  it('says how many intakes share the rate limits', async () => {
    const one = await startIntake('shares-1');
    const two = await startIntake('shares-2');
    await expect.poll(() => [one.client.liveIntakes(), two.client.liveIntakes()], { timeout: 5_000 }).toEqual([2, 2]);
    await two.client.close();
    intakes.pop();
    await expect.poll(() => one.client.liveIntakes(), { timeout: 5_000 }).toBe(1);
  });

  it('takes reports of use', async () => {
    const intake = await startIntake('reports', 100);
    const { id } = await makeKey();
    intake.usage.request(id, { address: '203.0.113.7', userAgent: 'an app' }, Date.now());
    await expect
      .poll(async () => (await test.call('GET', `/public-keys/${id}`)).data(publicKeySchema).lastUsedFrom, {
        timeout: 5_000,
        interval: 200,
      })
      .toEqual({ address: '203.0.113.7', userAgent: 'an app' });
  });

  it('ends a connection that sends what is no line of the feed, and stays alive', async () => {
    for (const body of ['nonsense\n', '{"type":"confirm"}\n', 'x'.repeat(2_000_000)]) {
      const answer = await fetch(`${test.api.internalUrl}/internal/keys`, { method: 'POST', body }).then(
        (response) => response.text(),
        () => '',
      );
      expect(answer.length).toBeLessThan(1_000_000);
    }
    await startIntake('after nonsense');
  });
});
