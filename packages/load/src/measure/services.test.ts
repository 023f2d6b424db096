import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findServices, isLoopback } from './services.ts';

it.each([
  ['http://127.0.0.1:4318', true],
  ['http://127.3.4.5', true],
  ['http://localhost:4318', true],
  ['http://[::1]:4318', true],
  ['https://logs.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://10.0.0.1', false],
])('%s is of this machine alone: %s', (url, loopback) => {
  expect(isLoopback(new URL(url))).toBe(loopback);
});

describe.runIf(process.platform === 'linux')('the processes behind an address', () => {
  let server: Server;
  let intakeUrl: URL;
  let dataDir: string;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sazabi-load-'));
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    intakeUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    rmSync(dataDir, { recursive: true });
    await new Promise((resolve) => server.close(resolve));
  });
  const find = (named: ReadonlyMap<string, number> = new Map()) =>
    findServices({ intakeUrl, apiUrl: undefined, dataDir, named });

  it('are the one that listens, and what the process table has beside it', () => {
    writeFileSync(
      join(dataDir, 'processes.json'),
      JSON.stringify([
        { name: 'intake', pid: process.pid, began: '1' },
        { name: 'engine', pid: process.ppid, began: '1' },
      ]),
    );
    expect(find()).toEqual({
      pids: new Map([
        ['intake', process.pid],
        ['engine', process.ppid],
      ]),
      missing: null,
    });
  });

  it('are not those of another system’s table', () => {
    writeFileSync(
      join(dataDir, 'processes.json'),
      JSON.stringify([
        { name: 'intake', pid: 1 },
        { name: 'engine', pid: 2 },
      ]),
    );
    const { pids, missing } = find();
    expect(pids).toEqual(new Map([['intake', process.pid]]));
    expect(missing).toContain('SAZABI_DATA_DIR');
  });

  it('is one, where the API listens at the same address', () => {
    const { pids } = findServices({ intakeUrl, apiUrl: intakeUrl, dataDir, named: new Map() });
    expect(pids).toEqual(new Map([['intake', process.pid]]));
  });

  it('are those that the caller names, too', () => {
    expect(find(new Map([['kafka', 42]])).pids).toEqual(
      new Map([
        ['intake', process.pid],
        ['kafka', 42],
      ]),
    );
  });

  it('are none where nobody listens, or the address is another machine’s', async () => {
    const elsewhere = findServices({
      intakeUrl: new URL('http://192.0.2.1:4318'),
      apiUrl: undefined,
      dataDir,
      named: new Map(),
    });
    expect(elsewhere.pids.size).toBe(0);
    expect(elsewhere.missing).toMatch(/^not local/);
  });
});
