// `sazabi load` where nothing should be loaded; against the real system it is tested in test/load.
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, startTestServer, type TestServer } from '../testing/http-server.ts';
import { startSazabi } from '../testing/run-sazabi.ts';

const KEY = `pk_live_sz_${'a'.repeat(36)}`;
let server: TestServer;
let answer: Answer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-load-'));
  server = await startTestServer(({ method }) => (method === 'POST' ? answer : { status: 404 }));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const load = (flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
  callCli(['load', '--warm-up', '0s', ...flags], {
    environment: { SAZABI_INTAKE_URL: server.url, SAZABI_PUBLIC_KEY: KEY, ...environment },
  });
const refuse = (status: number, code: string): Answer => ({
  status,
  body: { data: null, error: { code, message: 'It says why.', status, requestId: 'r' } },
});

describe('one request is sent before all others, which are not', () => {
  it.each([
    [
      'a revoked key',
      refuse(401, 'API_KEY_REVOKED'),
      /It says why\. \(API_KEY_REVOKED, .*\n.*pk_live_sz_aaaa…, from SAZABI_PUBLIC_KEY/,
    ],
    ['an origin that it lacks', refuse(403, 'ORIGIN_NOT_ALLOWED'), /ORIGIN_NOT_ALLOWED/],
    ['the API’s address', refuse(404, 'NOT_FOUND'), /Is SAZABI_INTAKE_URL the address of the intake/],
    ['a stranger', { status: 200, body: 'Hello' } satisfies Answer, /answered HTTP 200, but not as Sazabi does/],
  ])('%s', async (_name, refusal, message) => {
    answer = refusal;
    const report = join(folder, 'report.html');
    const ran = await load(['--html', report]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual(['[]']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('an intake that is full, or a key that is limited, is loaded all the same', async () => {
    answer = refuse(429, 'RATE_LIMIT_EXCEEDED');
    const ran = await load(['--logs', '100', '--settle', '0s', '--connections', '1']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('429 RATE_LIMIT_EXCEEDED 1');
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });
});

describe('the exit code tells whether more was refused than --max-errors says', () => {
  const accept: Answer = {
    status: 202,
    body: { data: { accepted: 1, rejected: [], rejectedCount: 0, receipt: 'r' }, error: null },
  };
  /** Of 10 requests, sent one after the other, the last `refused` are. */
  const loadWith = async (refused: number, flags: readonly string[]) => {
    await server.close();
    let posts = 0;
    server = await startTestServer(({ method }) => {
      if (method !== 'POST') return { status: 404 };
      posts += 1;
      // One more comes before all others.
      return posts > 11 - refused ? refuse(503, 'SERVICE_UNAVAILABLE') : accept;
    });
    return await load(['--batch', '1', '--logs', '10', '--connections', '1', '--settle', '0s', '--json', ...flags]);
  };

  it.each([
    [5, [], ''],
    [6, [], '6 of 10 requests were refused or failed, more than the 50 % of --max-errors.\n'],
    [9, ['--max-errors', '90'], ''],
    [0, ['--max-errors', '0'], ''],
    [1, ['--max-errors', '0'], '1 of 10 requests were refused or failed, more than the 0 % of --max-errors.\n'],
    [1, ['--max-errors', '9.9%'], '1 of 10 requests were refused or failed, more than the 9.9 % of --max-errors.\n'],
  ])('%i of 10 with %j: %j', async (refused, flags, said) => {
    const ran = await loadWith(refused, flags);
    expect(JSON.parse(ran.stdout)).toMatchObject({ requests: 10, acknowledged: 10 - refused });
    expect(ran.code).toBe(said === '' ? 0 : 1);
    expect(ran.stderr.replace(/^No secret key .*\n/, '')).toBe(said);
  });

  it('requests that Ctrl-C gave up are none of them', async () => {
    await server.close();
    let posts = 0;
    const isSilent = Promise.withResolvers<void>();
    server = await startTestServer(({ method }) => {
      if (method !== 'POST') return { status: 404 };
      posts += 1;
      if (posts <= 5) return accept;
      isSilent.resolve();
      return new Promise<Answer>(() => undefined);
    });
    const flags = ['--warm-up', '0s', '--settle', '0s', '--batch', '1', '--connections', '1', '--max-errors', '0'];
    const child = startSazabi(['load', '--json', ...flags], {
      SAZABI_INTAKE_URL: server.url,
      SAZABI_PUBLIC_KEY: KEY,
      SAZABI_DATA_DIR: folder,
    });
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    await Promise.race([isSilent.promise, ended]);
    child.kill('SIGINT');
    const [stdout, stderr, [code]] = await ended;
    expect(JSON.parse(stdout)).toMatchObject({ acknowledged: 4, errors: [{ status: 0, code: 'STOPPED', count: 1 }] });
    expect(stderr).not.toContain('refused or failed');
    expect(code).toBe(0);
  });
});

describe('a report that cannot be written is called wrongly, before anything is sent:', () => {
  it('over a file that is there', async () => {
    const report = join(folder, 'report.html');
    writeFileSync(report, 'mine');
    const ran = await load(['--html', report]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already: name another.') });
    expect(readFileSync(report, 'utf8')).toBe('mine');
  });

  it.each([
    ['in a folder that there is not', () => join(folder, 'none', 'r.html'), /there is no folder .*none\.$/m],
    ['below a file', () => join(fileURLToPath(import.meta.url), 'r.html'), /\(ENOTDIR\): name a file in a folder/],
  ])('%s', async (_name, fileOf, said) => {
    const ran = await load(['--html', fileOf()]);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(said) });
    expect(server.requests).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  const start = (flags: readonly string[]) => {
    const child = startSazabi(['load', ...flags], { SAZABI_INTAKE_URL: server.url, SAZABI_PUBLIC_KEY: KEY });
    return { child, ended: Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]) };
  };

  it('before the load begins is told in a line, ends as by the signal and leaves no file', async () => {
    await server.close();
    const asked = Promise.withResolvers<void>();
    server = await startTestServer(() => {
      asked.resolve();
      return new Promise<Answer>(() => undefined);
    });
    const { child, ended } = start(['--html', join(folder, 'report.html')]);
    await Promise.race([asked.promise, ended]);
    child.kill('SIGINT');
    const [stdout, stderr, [code, signal]] = await ended;
    expect([stdout, code, signal]).toEqual(['', null, 'SIGINT']);
    expect(stderr).toMatch(/^Ended before the load began: nothing was sent\.$/m);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('without a key it says which one a load wants', async () => {
  const ran = await load([], { SAZABI_PUBLIC_KEY: '' });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/^No key\. .*SAZABI_SECRET_KEY=sk_live_sz_…/);
});

it('an https address of a plain port is told apart from nobody there', async () => {
  const ran = await load([], { SAZABI_INTAKE_URL: server.url.replace('http:', 'https:') });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('does not speak TLS');
  expect(ran.stderr).toContain('http://');
});
