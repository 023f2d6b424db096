// Section 6 of the contract: the command line, as a process of its own against the real services.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSazabi } from '@sazabi/cli/testing';
import { generateKey } from '@sazabi/keys';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { api, found, NOBODYS_ID, newOrganization, type Organization, send } from './support/organization.ts';

let own: Organization;
let folder: string;
beforeAll(async () => {
  own = await newOrganization();
  folder = await mkdtemp(join(tmpdir(), 'sazabi-contract-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({
  SAZABI_API_URL: inject('contractSystem').apiUrl,
  SAZABI_INTAKE_URL: inject('contractSystem').intakeUrl,
  SAZABI_SECRET_KEY: own.secretKey,
  SAZABI_PUBLIC_KEY: own.publicKey,
});
const sazabi = (args: readonly string[], input = '') => runSazabi(args, { environment: environment(), input });
/** What it prints. @throws Error unless it succeeds */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sazabi(args);
  if (code !== 0) throw new Error(`sazabi ${args.join(' ')}: ${code}\n${stderr}`);
  return stdout.trim();
}

describe('sazabi', () => {
  it('reads SAZABI_SECRET_KEY, SAZABI_API_URL, SAZABI_PUBLIC_KEY, SAZABI_INTAKE_URL', async () => {
    expect(await printed('me')).toContain('Contract');
    expect((await sazabi(['logs', 'send'], 'by the environment')).stdout).toContain('accepted 1');
    const swapped = { ...environment(), SAZABI_SECRET_KEY: own.publicKey };
    expect((await runSazabi(['me'], { environment: swapped })).stderr).toContain('WRONG_KEY_TYPE');
  });

  it('no server: says the address and npm start', async () => {
    const port = await freePort();
    const nowhere = { ...environment(), SAZABI_API_URL: `http://127.0.0.1:${port}` };
    const { code, stderr } = await runSazabi(['me'], { environment: nowhere });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`127.0.0.1:${port}`)]);
    expect(stderr).toContain('npm start');
  });

  it('a table for people, --json for programs; results on stdout', async () => {
    const table = await printed('projects', 'list');
    expect(table.split('\n')[0]).toMatch(/^ID +NAME/);
    expect(JSON.parse(await printed('projects', 'list', '--json'))).toMatchObject([{ id: own.projectId }]);
  });

  it('control characters of logs are shown escaped', async () => {
    await send(own.publicKey, { message: 'red \u001b[31m bidi \u202e c1 \u009b', service: 'escape' });
    await found(own.secretKey, { filters: [{ field: 'service', op: 'eq', value: 'escape' }] });
    const shown = await printed('logs', 'query', '--filter', 'service=escape');
    expect(shown).toContain('red');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(shown).not.toMatch(/[\u001b\u202e\u009b]/);
  });

  it('exit 0, 1 failed, 2 usage; messages on stderr', async () => {
    expect(await sazabi(['projects', 'show', NOBODYS_ID])).toMatchObject({ code: 1, stdout: '' });
    const usage = await sazabi(['projects', 'lits']);
    expect(usage).toMatchObject({ code: 2, stdout: '' });
    expect(usage.stderr).toContain('list');
  });
});

describe('sazabi keys', () => {
  it('public-keys create --name --project --test --environment --origin… --expires --rate-limit', async () => {
    const args = ['--project', own.projectId, '--test', '--environment', 'ci', '--origin', 'https://a.example'];
    const more = ['--origin', 'https://b.example', '--expires', '90d', '--rate-limit', '7'];
    const made = JSON.parse(
      await printed('keys', 'public-keys', 'create', '--name', 'Production logs', ...args, ...more, '--json'),
    );
    expect(made).toMatchObject({
      name: 'Production logs',
      projectId: own.projectId,
      mode: 'test',
      environment: 'ci',
      allowedOrigins: ['https://a.example', 'https://b.example'],
      rateLimitPerMinute: 7,
    });
    expect(Math.abs(Date.parse(made.expiresAt) - Date.now() - 90 * 86_400_000)).toBeLessThan(60_000);
    const unlimited = await printed('keys', 'public-keys', 'create', '--name', 'x', '--rate-limit', 'none', '--json');
    expect(JSON.parse(unlimited).rateLimitPerMinute).toBeNull();
  });

  it('list --unused --older; rotate --overlap; revoke', async () => {
    const key = await printed('keys', 'public-keys', 'create', '--name', 'Lifecycle');
    expect(key).toMatch(/^pk_live_sz_\w{36}$/);
    expect(await printed('keys', 'public-keys', 'list')).toContain('Lifecycle');
    expect(await printed('keys', 'public-keys', 'list', '--unused', '90d', '--older', '90d')).not.toContain(
      'Lifecycle',
    );
    const { id } = JSON.parse(await printed('keys', 'public-keys', 'list', '--json')).find(
      ({ name }: { name: string }) => name === 'Lifecycle',
    );
    const rotated = JSON.parse(await printed('keys', 'public-keys', 'rotate', id, '--overlap', '1h', '--json'));
    const { data } = (await api(own.secretKey, 'GET', `/public-keys/${id}`)).body;
    expect(Math.abs(Date.parse(data.expiresAt) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    await printed('keys', 'public-keys', 'revoke', rotated.id, '--yes');
    expect((await send(rotated.key, { message: 'm' })).body.error.code).toBe('API_KEY_REVOKED');
  });

  it('secret-keys … with --scope', async () => {
    const made = JSON.parse(
      await printed(
        'keys',
        'secret-keys',
        'create',
        '--name',
        'x',
        '--scope',
        'logs:read',
        '--scope',
        'usage:read',
        '--json',
      ),
    );
    expect(made.scopes.toSorted()).toEqual(['logs:read', 'usage:read']);
  });

  it('verify KEY, offline', async () => {
    const offline = { environment: {} };
    const key = generateKey('secret', 'test');
    expect((await runSazabi(['keys', 'verify', key], offline)).code).toBe(0);
    expect((await runSazabi(['keys', 'verify', `${key}x`], offline)).code).toBe(1);
  });
});

it('sazabi projects create|list|…', async () => {
  const id = await printed('projects', 'create', '--name', 'By hand');
  expect(await printed('projects', 'list')).toContain(id);
  await printed('projects', 'update', id, '--name', 'Renamed');
  expect(await printed('projects', 'show', id)).toContain('Renamed');
  await printed('projects', 'delete', id, '--yes');
  expect(await printed('projects', 'list')).not.toContain(id);
});

describe('sazabi logs', () => {
  it.each([
    ['text lines', 'one\ntwo\n', 2],
    ['NDJSON', '{"message":"one"}\n{"message":"two"}\n', 2],
    ['JSON', '[{"message":"one"},{"message":"two"},{"message":"three"}]', 3],
  ])('send [FILE|-]: %s', async (_form, text, count) => {
    const file = join(folder, 'logs');
    writeFileSync(file, text);
    expect(await printed('logs', 'send', file)).toBe(`accepted ${count}, rejected 0`);
    expect((await sazabi(['logs', 'send', '-'], text)).stdout).toBe(`accepted ${count}, rejected 0\n`);
  });

  it('query', async () => {
    await send(own.publicKey, { message: 'to be queried', level: 'error', service: 'queried' });
    await found(own.secretKey, { filters: [{ field: 'service', op: 'eq', value: 'queried' }] });
    expect(await printed('logs', 'query', '--search', 'queried', '--filter', 'level=error')).toContain('to be queried');
    const json = await printed('logs', 'query', '--filter', 'service=queried', '--json');
    expect(JSON.parse(json)).toMatchObject({ message: 'to be queried', service: 'queried' });
  });

  it('volume (a bar chart in the terminal)', async () => {
    const chart = await printed('logs', 'volume', '--from', '1h', '--group-by', 'level');
    expect(chart).toMatch(/info/);
    expect(chart).toMatch(/[▏▎▍▌▋▊▉█#]/);
    expect(JSON.parse(await printed('logs', 'volume', '--from', '1h', '--json')).total).toBeGreaterThan(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
