// The newcomer's way: start, take the lines from the banner, paste them into a shell, read the log back.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ bootstrapKeys: false });
});
afterAll(() => system?.stop());

/** The line of the banner that runs curl against this address. */
function pastedLine(address: string): string {
  const line = system
    .output()
    .split('\n')
    .find((text) => text.includes(`curl -sS ${address}`));
  return line ?? expect.fail(`The banner has no curl line for ${address}:\n${system.output()}`);
}

const paste = (line: string): unknown => JSON.parse(execFileSync('sh', ['-c', line]).toString());

it('the curl lines work as they stand: one log in, the same log out', async () => {
  expect(paste(pastedLine(system.intakeUrl))).toMatchObject({ data: { accepted: 1, rejectedCount: 0 }, error: null });
  const found = await waitFor(
    'the log is found',
    () => {
      const answer = paste(pastedLine(system.apiUrl));
      return Object(answer).data?.length > 0 && answer;
    },
    5_000,
  );
  expect(found).toMatchObject({
    data: [{ message: 'Hello, Sazabi', service: 'shop', level: 'info' }],
    nextCursor: null,
    error: null,
  });
});

it('the first keys are in a file of the owner alone, and in no output', () => {
  const file = join(system.dataDir, 'first-keys.json');
  expect(system.output()).toContain(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    publicKey: expect.stringMatching(/^pk_live_sz_\w{36}$/),
    secretKey: expect.stringMatching(/^sk_live_sz_\w{36}$/),
  });
  expect(system.output()).not.toMatch(/[ps]k_live_sz_/);
});

it('the docs are where the banner says', async () => {
  const address = /docs: (\S+)/.exec(system.output())?.[1] ?? '';
  const response = await fetch(address);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
});

it('a later start has the log and the same keys, and makes no new ones', async () => {
  const keys = readFileSync(join(system.dataDir, 'first-keys.json'), 'utf8');
  expect(await system.halt()).toBe(0);
  await system.restart();
  expect(readFileSync(join(system.dataDir, 'first-keys.json'), 'utf8')).toBe(keys);
  const answer = await waitFor('the log is found', () => paste(pastedLine(system.apiUrl)), 5_000);
  expect(answer).toMatchObject({ data: [{ message: 'Hello, Sazabi' }] });
});
