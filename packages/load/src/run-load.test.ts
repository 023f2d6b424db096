import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportLines } from './report/text.ts';
import { LoadError, runLoad } from './run-load.ts';
import type { LoadOptions, Surroundings } from './run-options.ts';

const BATCH = 10;
let server: Server;
let intakeUrl: URL;
let served: number;
beforeEach(async () => {
  served = 0;
  server = createServer((request, response) => {
    served += 1;
    request.resume().on('end', () => response.writeHead(202).end(`{"data":{"accepted":${BATCH}},"error":null}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  intakeUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => void server.close().closeAllConnections());

const optionsOf = (over: Partial<LoadOptions> = {}): LoadOptions => ({
  intakeUrl,
  access: { kind: 'given', publicKey: 'pk_one' },
  steps: null,
  forMs: 10_000,
  logsMax: 500,
  warmUpMs: 0,
  batch: BATCH,
  encoding: 'json',
  compression: 'none',
  connections: 4,
  seed: 1,
  idempotency: false,
  probesPerSecond: 1,
  settleMs: 0,
  verifyForMs: null,
  dataDir: '/nowhere',
  namedProcesses: new Map(),
  userAgent: 'test',
  ...over,
});

function surroundingsOf(over: Partial<Surroundings> = {}): Surroundings {
  const nothing = () => undefined;
  const never = new AbortController().signal;
  return {
    stop: never,
    stopAll: never,
    expectAccepted: async () => undefined,
    onProgress: nothing,
    onStep: nothing,
    onPhase: nothing,
    onVerifying: nothing,
    onTrouble: nothing,
    ...over,
  };
}

describe('a run', () => {
  it('ends after the logs that were asked for', async () => {
    const report = await runLoad(optionsOf(), surroundingsOf());
    expect(report).toMatchObject({
      requests: 50,
      acknowledged: 50,
      logs: 500,
      errors: [],
      stopped: false,
      freshness: null,
    });
    expect(report.workload).toMatchObject({ loop: 'closed', batch: BATCH, keys: 1 });
    expect(report.timeline.length).toBeGreaterThanOrEqual(1);
    expect(report.processes.map(({ name }) => name)).toContain('sazabi load');
  });

  it('ends after its time, each step told', async () => {
    const told: number[] = [];
    const steps = [100, 200].map((logsPerSecond) => ({ logsPerSecond, forMs: 300 }));
    const report = await runLoad(
      optionsOf({ steps, forMs: 600, logsMax: undefined }),
      surroundingsOf({ onStep: ({ logsPerSecond }) => told.push(logsPerSecond) }),
    );
    expect(report).toMatchObject({ requests: 3 + 6, unsent: 0, workload: { loop: 'open' } });
    expect(report.seconds).toBeGreaterThan(0.5);
    expect(told).toEqual([100, 200]);
  });

  it('that was stopped before it began has a report of nothing', async () => {
    const stopped = AbortSignal.abort();
    const report = await runLoad(optionsOf(), surroundingsOf({ stop: stopped, stopAll: stopped }));
    expect(report).toMatchObject({ requests: 0, logs: 0, stopped: true });
  });

  it('that is stopped during its warm-up has measured nothing, and tells of no step', async () => {
    const stop = new AbortController();
    server.prependListener('request', () => stop.abort());
    const told: number[] = [];
    const report = await runLoad(
      optionsOf({ steps: [{ logsPerSecond: 1000, forMs: 10_000 }], warmUpMs: 10_000 }),
      surroundingsOf({ stop: stop.signal, onStep: ({ logsPerSecond }) => told.push(logsPerSecond) }),
    );
    expect(served).toBeGreaterThan(0);
    expect(report).toMatchObject({ requests: 0, logs: 0, stopped: true, steps: [], timeline: [] });
    expect(told).toEqual([]);
    expect(reportLines(report)).toContain('ended before the warm-up was over: nothing was measured');
  });

  it('whose first request is refused sends no other', async () => {
    const refused = { expectAccepted: () => Promise.reject(new Error('The key was revoked.')) };
    await expect(runLoad(optionsOf(), surroundingsOf(refused))).rejects.toThrow('The key was revoked.');
    expect(served).toBe(0);
  });

  it('whose bodies under way would fill the memory is not begun', async () => {
    const huge = optionsOf({ batch: 1000, logBytes: 5000, connections: 100 });
    await expect(runLoad(huge, surroundingsOf())).rejects.toThrow(LoadError);
    await expect(runLoad(huge, surroundingsOf())).rejects.toThrow(
      '100 connections with bodies of 4.8 MiB are more than the 256 MiB that may be under way',
    );
  });
});
