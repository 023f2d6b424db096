// runMain as it is lived: a real child process, with and without a parent.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./fixtures/service.ts', import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** With IPC where `supervised`, as standalone starts it; else as a shell does. */
function start(behaviour: string, supervised: boolean) {
  const child = supervised
    ? fork(FIXTURE, [behaviour], { silent: true, execArgv: [] })
    : spawn(process.execPath, [FIXTURE, behaviour], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let stdout = '';
  let stderr = '';
  const messages: unknown[] = [];
  // Not 'close': after a disconnect() of ours Node never emits it.
  const streamsEnded = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'end'));
  const exited: Promise<number | null> = once(child, 'exit').then(async ([code]) => {
    await Promise.all(streamsEnded);
    return code;
  });
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  child.on('message', (message) => messages.push(message));
  return { child, exited, messages, stdout: () => stdout, stderr: () => stderr };
}

const READY = { type: 'ready', details: { url: 'http://127.0.0.1:1' } };

describe('with a parent', () => {
  it('says ready, stops on the word, in order, with code 0', async () => {
    const service = start('slow-stop', true);
    await once(service.child, 'message');
    expect(service.messages).toEqual([READY]);
    service.child.send({ type: 'stop' });
    expect(await service.exited).toBe(0);
    expect(service.stdout()).toBe('starting\nclosing\nclosed\n');
  });

  it("ignores the terminal's signals and stops when the parent is gone", async () => {
    const service = start('ordinary', true);
    await once(service.child, 'message');
    service.child.kill('SIGINT');
    service.child.kill('SIGTERM');
    service.child.send({ type: 'ping' });
    await expect.poll(service.stdout).toBe('starting\nping heard\n');
    service.child.disconnect();
    expect(await service.exited).toBe(0);
    expect(service.stdout()).toBe('starting\nping heard\nclosing\nclosed\n');
  });

  it('ends where the parent is gone before it could listen for that', async () => {
    const service = start('slow-load', true);
    service.child.disconnect();
    expect(await service.exited).toBe(0);
    expect(service.stdout()).toBe('starting\nclosing\nclosed\n');
  });

  it('tells a failure that the operator can mend by IPC alone, and exits 1', async () => {
    const service = start('mendable', true);
    expect(await service.exited).toBe(1);
    expect(service.messages).toEqual([
      { type: 'failed', message: 'Port 1 is in use: choose another.', mendable: true },
    ]);
    expect(service.stderr()).toBe('');
  });

  it('tells a bug with its stack on stderr, and exits 1', async () => {
    const service = start('broken', true);
    expect(await service.exited).toBe(1);
    expect(service.messages).toEqual([{ type: 'failed', message: 'a bug', mendable: false }]);
    expect(service.stderr()).toMatch(/^Error: a bug\n {4}at /);
  });

  it('quotes no parameter of a query that failed', async () => {
    const service = start('quoting', true);
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toMatch(/^Error: Error\n {4}at /);
    expect(service.stderr() + JSON.stringify(service.messages)).not.toContain('s3cret');
  });

  it('says why it cannot go on, closes, and exits 1', async () => {
    const service = start('fails-later', true);
    expect(await service.exited).toBe(1);
    expect(service.messages).toEqual([READY, { type: 'failed', message: 'lost my disk', mendable: false }]);
    expect(service.stdout()).toBe('starting\nclosing\nclosed\n');
  });

  it('reports no failure that its own stop has caused', async () => {
    const service = start('fails-in-stop', true);
    await once(service.child, 'message');
    service.child.send({ type: 'stop' });
    expect(await service.exited).toBe(0);
    expect(service.messages).toEqual([READY]);
    expect(service.stderr()).toBe('');
  });

  it('cuts off a stop past its deadline, and a start that does not give up', async () => {
    const stop = start('endless-stop', true);
    await once(stop.child, 'message');
    stop.child.send({ type: 'stop' });
    const starting = start('endless-start', true);
    await once(starting.child.stdout ?? starting.child, 'data');
    starting.child.send({ type: 'stop' });
    expect(await stop.exited).toBe(1);
    expect(await starting.exited).toBe(0);
    expect(starting.stdout()).toBe('starting\ntold to give up\n');
  });
});

describe('alone', () => {
  it.runIf(process.platform === 'linux')('tells of a full disk in one line', async () => {
    const service = start('disk-full', false);
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toBe(
      'The disk of the data folder (SAZABI_DATA_DIR) is full (ENOSPC): free space there, then start again.\n',
    );
  });

  it('prints one line for what can be mended', async () => {
    const service = start('mendable', false);
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toBe('Port 1 is in use: choose another.\n');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops on ${signal}, also when npm sends it on a second time`, async () => {
      const service = start('slow-stop', false);
      await once(service.child.stdout ?? service.child, 'data');
      service.child.kill(signal);
      await once(service.child.stdout ?? service.child, 'data');
      service.child.kill(signal);
      expect(await service.exited).toBe(0);
      expect(service.stdout()).toBe('starting\nclosing\nclosed\n');
    });
  }

  it('a second Ctrl-C kills', async () => {
    const service = start('endless-stop', false);
    await once(service.child.stdout ?? service.child, 'data');
    service.child.kill('SIGINT');
    const again = setInterval(() => service.child.kill('SIGINT'), 100);
    const code = await service.exited;
    clearInterval(again);
    expect(code).toBe(130);
    expect(service.stdout()).toBe('starting\nclosing\nkilled\n');
  });
});
