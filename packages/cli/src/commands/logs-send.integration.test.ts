// `sazabi logs send` against an HTTP server that keeps account as the intake does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';
import { startSazabi } from '../testing/run-sazabi.ts';

let server: TestServer;
let folder: string;
/** Logs by idempotency key: stored once, as the intake does. */
let stored: Map<string, unknown[]>;
let interfere: (request: ReceivedRequest, index: number) => Answer | undefined;

function accept(request: ReceivedRequest): Answer {
  const rejected: { index: number; code: string; message: string }[] = [];
  const logs = request.body.split('\n').flatMap((line, index) => {
    try {
      return [JSON.parse(line)];
    } catch {
      rejected.push({ index, code: 'INVALID_JSON', message: 'Not JSON.' });
      return [];
    }
  });
  stored.set(String(request.headers['idempotency-key']), logs);
  const data = {
    accepted: logs.length,
    rejected: rejected.slice(0, 100),
    rejectedCount: rejected.length,
    receipt: 'r',
  };
  return { status: 202, body: { data, error: null } };
}

const failure = (status: number, code: string, message: string, more: object = {}): Answer => ({
  status,
  body: { data: null, error: { code, message, status, requestId: 'r-1', ...more } },
});
const environment = () => ({ SAZABI_INTAKE_URL: server.url, SAZABI_PUBLIC_KEY: 'pk_test_key' });
const messages = () => [...stored.values()].flat().map((log) => (log as { message: string }).message);

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

beforeEach(async () => {
  stored = new Map();
  interfere = () => undefined;
  folder = mkdtempSync(join(tmpdir(), 'sazabi-cli-'));
  server = await startTestServer((request, index) => interfere(request, index) ?? accept(request));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('logs send', () => {
  it('sends every line of a text file once, in batches, with the key and what flags add', async () => {
    const lines = Array.from({ length: 2500 }, (_, line) => `line ${line} "quoted" \\ \t日本`);
    const ran = await callCli(
      ['logs', 'send', write('app.log', lines.join('\r\n')), '--service', 'shop', '--attribute', 'a=b=c'],
      {
        environment: environment(),
      },
    );
    expect(ran).toEqual({ code: 0, stdout: 'accepted 2500, rejected 0\n', stderr: '' });
    expect(messages().sort()).toEqual(lines.sort());
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map((request) => request.headers['idempotency-key'])).size).toBe(3);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/logs',
      headers: { 'x-sazabi-key': 'pk_test_key', 'content-type': 'application/x-ndjson' },
    });
    expect([...stored.values()][0]?.[0]).toMatchObject({ service: 'shop', attributes: { a: 'b=c' } });
  });

  it('tells NDJSON and JSON from text, also from stdin', async () => {
    const ndjson = '{"message":"a","n":1.0}\n\n{"message":"b"}\n';
    await callCli(['logs', 'send'], { environment: environment(), input: ndjson });
    const pretty = JSON.stringify([{ message: 'c' }, { message: 'd', deep: { er: [1, 2] } }], null, 2);
    await callCli(['logs', 'send', '-'], { environment: environment(), input: pretty });
    await callCli(['logs', 'send', '--format', 'text'], { environment: environment(), input: '{"message":"e"}' });
    expect(messages()).toEqual(['a', 'b', 'c', 'd', '{"message":"e"}']);
    expect(server.requests[0]?.body).toBe('{"message":"a","n":1.0}\n{"message":"b"}');
  });

  it('cuts batches by bytes too', async () => {
    const lines = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    const ran = await callCli(['logs', 'send', write('wide.log', lines.join('\n'))], { environment: environment() });
    expect(ran.stdout).toBe('accepted 40, rejected 0\n');
    for (const { body } of server.requests) expect(body.length).toBeLessThanOrEqual(1_048_576);
  });

  it('names rejected logs by their line, and exits 1', async () => {
    const text = '{"message":"a"}\n\nnot json\n{"message":"b"}\nnor this\u001b[2J\n';
    const ran = await callCli(['logs', 'send', '--format', 'ndjson'], { environment: environment(), input: text });
    expect(ran).toEqual({
      code: 1,
      stdout: 'accepted 2, rejected 2\n',
      stderr: 'line 3: Not JSON. (INVALID_JSON)\nline 5: Not JSON. (INVALID_JSON)\n',
    });
  });

  it('lines too long for one log are rejected by number, the rest is sent', async () => {
    const ran = await callCli(['logs', 'send', '--json'], {
      environment: environment(),
      input: `a\n${'x'.repeat(3_000_000)}\nb\n`,
    });
    expect(JSON.parse(ran.stdout)).toEqual({ accepted: 2, rejected: 1, complete: true });
    expect(ran.stderr).toContain('line 2: ');
    expect(ran.code).toBe(1);
    expect(messages()).toEqual(['a', 'b']);
  });

  it('a request that is too large is halved until the log at fault is alone', async () => {
    interfere = (request) =>
      request.body.includes('huge') ? failure(413, 'PAYLOAD_TOO_LARGE', 'Too large.') : undefined;
    const ran = await callCli(['logs', 'send'], { environment: environment(), input: 'a\nb\nhuge\nc\nd\n' });
    expect(ran.stdout).toBe('accepted 4, rejected 1\n');
    expect(ran.stderr).toContain('line 3: ');
    expect(messages().sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('a request of which nothing was accepted tells each of its logs, and no code that may be another’s', async () => {
    interfere = () =>
      failure(400, 'VALIDATION_ERROR', 'None was accepted.', {
        issues: [
          { path: '0', message: 'no message' },
          { path: '1.timestamp', message: 'unreadable' },
        ],
      });
    const ran = await callCli(['logs', 'send'], { environment: environment(), input: '{"a":1}\n{"b":1}\n' });
    expect(ran.stdout).toBe('accepted 0, rejected 2\n');
    expect(ran.stderr).toBe('line 1: no message\nline 2: unreadable\n');
  });

  it('a request whose logs were all rejected for one reason tells it of each', async () => {
    interfere = () =>
      failure(400, 'INVALID_JSON', 'None was accepted.', {
        issues: [
          { path: '0', message: 'no JSON' },
          { path: '1', message: 'none either' },
        ],
      });
    const ran = await callCli(['logs', 'send', '--format', 'ndjson'], { environment: environment(), input: 'a\nb\n' });
    expect(ran.stderr).toBe('line 1: no JSON (INVALID_JSON)\nline 2: none either (INVALID_JSON)\n');
  });

  it('a level that there is not is refused before anything is sent', async () => {
    const send = (level: string) =>
      callCli(['logs', 'send', '--level', level], { environment: environment(), input: 'a\n' });
    const ran = await send('foo');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('Say one of trace, debug, info, warn, error, fatal.');
    expect(messages()).toEqual([]);
    expect(await send('ERROR')).toMatchObject({ code: 0, stdout: 'accepted 1, rejected 0\n' });
  });

  it('after 429, 503, a cut and a lost answer the same request is sent again under the same key: stored once', async () => {
    interfere = (request, index) => {
      if (index === 0) return { ...failure(429, 'RATE_LIMIT_EXCEEDED', 'Too many.'), headers: { 'retry-after': '1' } };
      if (index === 1) return { ...failure(503, 'SERVICE_UNAVAILABLE', 'Full.'), headers: { 'retry-after': '0' } };
      if (index === 2) return { status: 0, cut: true };
      if (index === 3) return { ...accept(request), cut: true };
      return undefined;
    };
    const startedMs = performance.now();
    const ran = await callCli(['logs', 'send'], { environment: environment(), input: 'only once\n' });
    expect(ran.code).toBe(0);
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
    expect(server.requests).toHaveLength(5);
    expect(new Set(server.requests.map((request) => request.headers['idempotency-key'])).size).toBe(1);
    expect(new Set(server.requests.map((request) => request.body)).size).toBe(1);
    expect(messages()).toEqual(['only once']);
    expect(ran.stderr).toContain('Trying again in 1.0 s');
  });

  it('a wrong key is told first, and nothing of lines where none was sent', async () => {
    interfere = () => failure(401, 'UNAUTHORIZED', 'The key is not known.');
    const ran = await callCli(['logs', 'send'], { environment: environment(), input: 'one\n' });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^[^\n]*The key is not known\./);
    expect(ran.stderr).not.toContain('not all sent');
  });

  it('gives up after --retry-for and says what was not sent', async () => {
    interfere = (request) =>
      request.body.includes('line 1500') ? failure(503, 'SERVICE_UNAVAILABLE', 'Full.') : undefined;
    const lines = Array.from({ length: 2500 }, (_, line) => `line ${line}`).join('\n');
    const ran = await callCli(['logs', 'send', '--retry-for', '1'], { environment: environment(), input: lines });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('Stopped: lines 1001 to 2000');
    expect(ran.stderr).toMatch(/Gave up after [01]\.\d s: Full\./);
  });

  it('a refused key ends it at once, also while the input stays open', async () => {
    interfere = () => failure(401, 'API_KEY_REVOKED', 'This key was revoked.');
    const child = startSazabi(['logs', 'send', '-'], environment());
    const ended = new Promise((resolve) => child.on('close', resolve));
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.stdin.write('a line, and then nothing more\n');
    expect(await ended).toBe(1);
    expect(stderr).toContain('This key was revoked. (API_KEY_REVOKED, request r-1)');
    expect(server.requests).toHaveLength(1);
  });

  it('lines that come slowly are sent without waiting for the end', async () => {
    const child = startSazabi(['logs', 'send'], environment());
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdin.write('first\nsec');
    await vi.waitFor(() => expect(messages()).toEqual(['first']), { timeout: 10_000 });
    child.stdin.end('ond\n');
    expect(await ended).toBe(0);
    expect(messages()).toEqual(['first', 'second']);
  });

  it('an empty input is nothing to complain about', async () => {
    const ran = await callCli(['logs', 'send'], { environment: environment(), input: '' });
    expect(ran).toEqual({ code: 0, stdout: 'accepted 0, rejected 0\n', stderr: '' });
    expect(server.requests).toHaveLength(0);
  });

  it('what cannot work is said before anything is sent', async () => {
    const noKey = await callCli(['logs', 'send'], { environment: { SAZABI_INTAKE_URL: server.url }, input: 'a' });
    expect(noKey).toMatchObject({ code: 1, stdout: '' });
    expect(noKey.stderr).toContain('SAZABI_PUBLIC_KEY');
    const noFile = await callCli(['logs', 'send', join(folder, 'none')], { environment: environment() });
    expect(noFile).toMatchObject({ code: 2, stdout: '' });
    const badPair = await callCli(['logs', 'send', '--attribute', 'x'], { environment: environment(), input: 'a' });
    expect(badPair.code).toBe(2);
    const noServer = await callCli(['logs', 'send', '--intake-url', 'http://127.0.0.1:9'], {
      environment: environment(),
      input: 'a',
    });
    expect(noServer.code).toBe(1);
    expect(noServer.stderr).toContain('http://127.0.0.1:9');
    expect(noServer.stderr).toContain('npm start');
    expect(server.requests).toHaveLength(0);
  });
});
