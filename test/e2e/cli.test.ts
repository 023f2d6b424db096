// The command line against the whole system: keys made, used and revoked; real text and many varied logs in and out again.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { runSazabi } from '@sazabi/cli/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type System, startSystem } from '../support/system.ts';
import { createVariedLogs, type ExpectedLog } from '../support/varied-logs.ts';
import { waitFor } from '../support/wait-for.ts';

/** On real parts fewer: another bus takes the same blocks, what is in them it does not look at. */
const VARIED_LOGS = process.env.TEST_SYSTEM === 'real' ? 20_000 : 100_000;
const VARIED_SEED = 20_260_131;
const LONG_TEST_MS = 180_000;
const FOUND_MS = 30_000;

let system: System;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-cli-e2e-'));
  system = await startSystem();
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const environment = () => ({
  SAZABI_API_URL: system.apiUrl,
  SAZABI_INTAKE_URL: system.intakeUrl,
  SAZABI_SECRET_KEY: system.secretKey,
  SAZABI_PUBLIC_KEY: system.publicKey,
});
const sazabi = (...args: string[]) => runSazabi(args, { environment: environment() });

/** @throws unless the command succeeds */
async function done(...args: string[]): Promise<string> {
  const ran = await sazabi(...args);
  if (ran.code !== 0) throw new Error(`sazabi ${args[0]} ${args[1]}: ${ran.stderr}`);
  return ran.stdout;
}

async function rowsOf(...args: string[]): Promise<Record<string, unknown>[]> {
  const text = await done('logs', 'query', '--json', ...args);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

async function countOf(...args: string[]): Promise<number> {
  return JSON.parse(await done('logs', 'volume', '--json', ...args)).total;
}

describe('keys', () => {
  it('a key made here writes, is listed, and is refused on the next request after it was revoked', async () => {
    const key = (await done('keys', 'public-keys', 'create', '--name', 'Journey', '--environment', 'journey')).trim();
    expect((await sazabi('keys', 'verify', key)).code).toBe(0);
    const send = (message: string) =>
      runSazabi(['logs', 'send'], { environment: { ...environment(), SAZABI_PUBLIC_KEY: key }, input: message });
    expect(await send('sent with the new key')).toMatchObject({ code: 0, stdout: 'accepted 1, rejected 0\n' });
    const found = await waitFor(
      'the log is found',
      async () => (await rowsOf('--filter', 'environment=journey'))[0],
      FOUND_MS,
    );
    expect(found).toMatchObject({ message: 'sent with the new key', level: 'info', environment: 'journey' });

    const listed: { id: string; name: string }[] = JSON.parse(await done('keys', 'public-keys', 'list', '--json'));
    const id = listed.find(({ name }) => name === 'Journey')?.id ?? '';
    expect(await done('keys', 'public-keys', 'list')).toContain(id);
    await done('keys', 'public-keys', 'revoke', id);
    const refused = await send('too late');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('API_KEY_REVOKED');
    expect(await done('keys', 'public-keys', 'list')).not.toContain(id);
    expect(await done('keys', 'public-keys', 'list', '--all')).toMatch(new RegExp(`${id}.*revoked`));
  });
});

it('projects: made, listed, written to and read alone', async () => {
  const project = (await done('projects', 'create', '--name', 'Second', '--retention-days', '7')).trim();
  expect(await done('projects', 'list')).toMatch(new RegExp(`${project} +Second +7 `));
  const key = (await done('keys', 'public-keys', 'create', '--name', 'Second', '--project', project)).trim();
  await runSazabi(['logs', 'send'], {
    environment: { ...environment(), SAZABI_PUBLIC_KEY: key },
    input: 'in the second project',
  });
  const rows = () => rowsOf('--project', project);
  await waitFor('its log is found', async () => (await rows()).length > 0, FOUND_MS);
  expect(await rows()).toMatchObject([{ message: 'in the second project', projectId: project }]);
});

it('an investigation: a log, its fields, a thread that links to it, settings, and who did what', async () => {
  const sent = await runSazabi(['logs', 'send', '--service', 'thread', '--attribute', 'run=thread'], {
    environment: environment(),
    input: 'what the thread is about',
  });
  expect(sent.code).toBe(0);
  const found = async () => (await rowsOf('--filter', 'service=thread'))[0];
  const { id } = (await waitFor('the log is found', found, FOUND_MS)) ?? {};
  expect(await done('logs', 'get', String(id))).toMatch(/^message +what the thread is about$/m);
  expect(await done('logs', 'fields', '--from', '1h')).toMatch(/^attributes\.run +\d+$/m);

  const query = ['--search', 'about', '--from', '2h'];
  const thread = (await done('threads', 'create', '--title', 'What it is about', ...query)).trim();
  await done('threads', 'say', 'What it is about', 'This one.', '--log', String(id));
  const shown = await done('threads', 'show', thread);
  expect(shown).toContain(`This one.\n  log ${id}\n`);
  expect(await done('threads', 'resolve', thread)).toMatch(/^Status +resolved$/m);
  expect(JSON.parse(await done('threads', 'list', '--status', 'open', '--json'))).toEqual([]);
  await done('threads', 'delete', thread, '--yes');

  expect(await done('settings', 'update', '--default-retention', '45')).toMatch(/retention +45 days$/m);
  expect(await done('audit-log', 'list', '--action', 'settings.changed')).toContain('defaultRetentionDays: 30 → 45');
  expect(await done('me')).toMatch(/^Scopes +admin$/m);
});

it('a real text file comes back line by line and in its order', async () => {
  const file = fileURLToPath(new URL('../../pnpm-lock.yaml', import.meta.url));
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const sent = await done(
    'logs',
    'send',
    file,
    '--format',
    'text',
    '--service',
    'lockfile',
    '--attribute',
    'kind=real',
  );
  expect(sent).toBe(`accepted ${lines.length}, rejected 0\n`);
  await waitFor(
    'all lines are found',
    async () => (await countOf('--filter', 'service=lockfile')) === lines.length,
    FOUND_MS,
  );
  const rows = await rowsOf('--filter', 'service=lockfile', '--sort', 'asc', '--all');
  expect(rows.map(({ message }) => message)).toEqual(lines);
  expect(rows[0]).toMatchObject({ service: 'lockfile', attributes: { kind: 'real' } });
});

it(`${VARIED_LOGS} varied logs come back exactly once each, field by field`, { timeout: LONG_TEST_MS }, async () => {
  const create = createVariedLogs(VARIED_SEED, Date.now());
  const expected = new Map<string, ExpectedLog>();
  const file = join(folder, 'varied.ndjson');
  const text: string[] = [];
  for (let index = 0; index < VARIED_LOGS; index += 1) {
    const log = create(index);
    expected.set(log.expected.n, log.expected);
    text.push(JSON.stringify(log.sent));
  }
  writeFileSync(file, text.join('\n'));

  const sent = await done('logs', 'send', file, '--attribute', 'run=varied');
  expect(sent).toBe(`accepted ${VARIED_LOGS}, rejected 0\n`);
  const selection = ['--filter', 'attributes.run=varied'];
  await waitFor('all are found', async () => (await countOf(...selection)) === VARIED_LOGS, FOUND_MS);

  const rows = await rowsOf(...selection, '--all');
  expect(rows).toHaveLength(VARIED_LOGS);
  // One assertion a log would take longer than all the rest.
  const different = rows.filter((row) => {
    const n = String(Object(row.attributes).n);
    const log = expected.get(n);
    expected.delete(n);
    return log === undefined || !isDeepStrictEqual(pickFields(row), fieldsOf(log));
  });
  expect(different).toEqual([]);
  expect(expected.size).toBe(0);
});

function fieldsOf(log: ExpectedLog): object {
  const { n: _, attributes, environment, host, ...fields } = log;
  return {
    ...fields,
    environment: environment === '' ? null : environment,
    host: host === '' ? null : host,
    attributes: { ...attributes, run: 'varied' },
  };
}

/** What was sent, of a row: ids and what the server adds are left out. */
function pickFields(row: Record<string, unknown>): object {
  const {
    id: _id,
    projectId: _projectId,
    receivedAt: _receivedAt,
    eventName: _eventName,
    keyId: _keyId,
    ...fields
  } = row;
  return fields;
}
