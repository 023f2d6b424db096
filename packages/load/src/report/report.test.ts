import { describe, expect, it } from 'vitest';
import { OWN_NAME } from '../measure/cost-meter.ts';
import { STOPPED } from '../pace/pace.ts';
import { htmlReport } from './html.ts';
import type { LoadReport } from './report.ts';
import { reportLines, stepHead, stepLine } from './text.ts';

const LATENCY = { count: 10, mean: 2, p50: 1.234, p90: 12.34, p99: 123.4, p999: 1234, max: 2345 };

const REPORT: LoadReport = {
  url: 'http://127.0.0.1:4318/',
  startedAt: '2026-11-30T12:00:00.000Z',
  seconds: 10,
  stopped: false,
  workload: {
    loop: 'open',
    batch: 100,
    connections: 32,
    keys: 1,
    encoding: 'json',
    compression: 'none',
    seed: 1,
    bytesPerLog: 294.8,
    idempotency: false,
    probesPerSecond: 1,
  },
  requests: 1000,
  acknowledged: 998,
  logs: 1_000_000,
  bytes: 10 * 1_048_576,
  logsPerSecond: 100_000,
  requestsPerSecond: 1,
  latency: LATENCY,
  waited: { ...LATENCY, p99: 1.234 },
  errors: [
    { status: 503, code: 'SERVICE_UNAVAILABLE', count: 1 },
    { status: 0, code: '</script><b>TIMEOUT', count: 1 },
  ],
  refusedLatency: LATENCY,
  unsent: 7,
  heldBack: 0,
  steps: [],
  freshness: { latency: LATENCY, probes: 11, queries: 50, notFound: 1, failures: 2 },
  processes: [
    { name: 'intake', pid: 2, cpuSeconds: 4, residentMib: 150, residentMibMax: 187.4, peakMib: 200, perMillionLogs: 4 },
    { name: 'engine', pid: 3, cpuSeconds: 5, residentMib: 150, residentMibMax: 400, peakMib: 500, perMillionLogs: 5 },
    { name: OWN_NAME, pid: 4, cpuSeconds: 1, residentMib: 90, residentMibMax: 99, peakMib: 99, perMillionLogs: 1 },
  ],
  processesMissing: null,
  timeline: [],
  curve: [
    [0, 1],
    [50, 1.2],
    [100, 2],
  ],
  verification: null,
};

const VERIFICATION = {
  rows: 1_000_000,
  acknowledged: 1_000_000,
  missing: 0,
  missingRequests: 0,
  doubled: 0,
  unacknowledged: 0,
  refused: 0,
  unknown: 0,
  examples: [],
  stopped: false,
  queries: 1000,
  seconds: 30,
  waitedSeconds: 1,
};

it('the report says all that was measured', () => {
  expect(reportLines(REPORT)).toEqual([
    'open loop on http://127.0.0.1:4318/: 100 logs a request of 295 B, json, 32 connections, 1 key',
    '',
    'acknowledged  1,000,000 logs in 10.0 s: 100,000 logs/s, 1 requests/s, 1.0 MiB/s',
    'latency       p50 1.23 ms   p90 12.3 ms   p99 123 ms   p99.9 1,234 ms   max 2,345 ms',
    '              from when a request was due; of it p99 1.23 ms until it was sent',
    'errors        503 SERVICE_UNAVAILABLE 1, no answer </script><b>TIMEOUT 1 (refused within p50 1.23 ms, p99 123 ms)',
    'not sent      7 requests that were due: every connection was busy',
    'freshness     p50 1.23 ms   p99 123 ms   max 2,345 ms   from the 202 to a query that finds the log (11 probes by 50 queries, 1 not found, 2 queries failed)',
    '',
    'PROCESS               CPU-s per million logs    CPU-s  RESIDENT MiB',
    'intake                                  4.00      4.0           187',
    'engine                                  5.00      5.0           400',
    'services together                       9.00      9.0',
    'sazabi load                             1.00      1.0            99',
  ]);
});

it('freshness that was not asked for says why', () => {
  const freshness = null;
  expect(reportLines({ ...REPORT, freshness })).toContain('freshness     not asked for: it takes a secret key');
  const workload = { ...REPORT.workload, probesPerSecond: 0 };
  expect(reportLines({ ...REPORT, freshness, workload })).toContain('freshness     not asked for: --probes 0');
});

it('a load that its own sender limited says so, and what to do', () => {
  const linesOf = (over: Partial<LoadReport>) => reportLines({ ...REPORT, ...over }).join('\n');
  const requests = { requests: 93, unsent: 7 };
  expect(linesOf({ ...requests, heldBack: 1 })).not.toContain('the limit');
  expect(linesOf({ ...requests, heldBack: 83 })).toMatch(
    /^the limit {5}was this command: 83 % of the requests found all 32 connections busy .* raise --connections$/m,
  );
  const busy = REPORT.processes.map((one) => (one.name === OWN_NAME ? { ...one, cpuSeconds: 9.5 } : one));
  expect(linesOf({ processes: busy })).toMatch(/^the limit {5}was this command: its one thread took 0.95 of a core/m);
  expect(linesOf({ ...requests, heldBack: 83, processes: busy }).match(/was this command/g)).toHaveLength(2);
  const late = { workload: { ...REPORT.workload, loop: 'open' as const }, waited: { ...LATENCY, p99: 718.6 } };
  expect(linesOf(late)).toMatch(
    /^the limit {5}was this machine: .* sent 719 ms or more after it was due, with connections free/m,
  );
  expect(linesOf({ ...late, ...requests, heldBack: 83 })).not.toContain('was this machine');
});

describe('a load of which more than a twentieth was refused was limited by that', () => {
  const ofHundred = (status: number, code: string, count: number, over: Partial<LoadReport> = {}) =>
    reportLines({ ...REPORT, requests: 100, errors: [{ status, code, count }], ...over }).join('\n');
  const inLoop = (loop: 'open' | 'closed') => ({ workload: { ...REPORT.workload, loop } });
  const shed = (count: number, over: Partial<LoadReport>) => ofHundred(503, 'SERVICE_UNAVAILABLE', count, over);

  it('and says what to do, in each loop', () => {
    expect(shed(6, inLoop('closed'))).toMatch(
      /^the limit {5}was the intake: 6 % of the requests .* 503.*: fewer --connections, or a smaller/m,
    );
    expect(shed(6, inLoop('open'))).toMatch(/^the limit {5}was the intake: 6 % .*: a lower --rate, or a smaller/m);
    expect(shed(5, inLoop('closed'))).not.toContain('the limit');
  });

  it('not by this command, whose connections wait for what the intake holds up', () => {
    const busy = REPORT.processes.map((one) => (one.name === OWN_NAME ? { ...one, cpuSeconds: 9.5 } : one));
    const told = shed(72, { ...inLoop('open'), heldBack: 80, processes: busy });
    expect(told).toContain('was the intake: 72 %');
    expect(told).not.toContain('was this command');
    expect(told).not.toContain('raise --connections');
    expect(shed(5, { heldBack: 80 })).toContain('raise --connections');
  });

  it('also where it was refused for something else, or failed', () => {
    expect(ofHundred(429, 'RATE_LIMIT_EXCEEDED', 90)).toContain('was that of the key or its project (429): 90 %');
    expect(ofHundred(400, 'VALIDATION_ERROR', 30, { heldBack: 80 })).toContain('was not this command: 30 %');
    expect(ofHundred(0, 'ECONNRESET', 30)).toMatch(/was the intake: 30 % .* without an answer \(ECONNRESET\)/);
    expect(ofHundred(0, STOPPED, 30)).not.toContain('the limit');
  });
});

it('a load that was ended during its warm-up has no figures, and says so', () => {
  const nothing = { stopped: true, requests: 0, acknowledged: 0, logs: 0, seconds: 1e-4, errors: [], unsent: 0 };
  const head = reportLines(REPORT).slice(0, 2);
  const told = [...head, 'ended before the warm-up was over: nothing was measured'];
  expect(reportLines({ ...REPORT, ...nothing })).toEqual(told);
  const verified = reportLines({ ...REPORT, ...nothing, verification: VERIFICATION });
  expect(verified.slice(0, told.length)).toEqual(told);
  expect(verified.slice(told.length, told.length + 2)).toEqual([
    '',
    expect.stringMatching(/^verified .*exactly once$/),
  ]);
});

it('what --verify found is told, and what is wrong stands out', () => {
  const linesOf = (over: object) => reportLines({ ...REPORT, verification: { ...VERIFICATION, ...over } }).join('\n');
  expect(linesOf({})).toContain('is stored exactly once');
  expect(linesOf({})).toContain('1,000,000 rows read by 1,000 queries in 30.0 s');
  const wrong = linesOf({ missing: 3, missingRequests: 2, examples: [{ request: 7, acknowledged: 100, found: 98 }] });
  expect(wrong).toContain('WRONG: of 1,000,000 acknowledged logs 3 are missing (of 2 requests)');
  expect(wrong).toContain('request 7: 100 acknowledged, 98 found');
  expect(linesOf({ unacknowledged: 5 })).toContain('5 logs are stored whose requests got no answer');
  expect(linesOf({ stopped: true })).not.toContain('exactly once');
  expect(linesOf({ acknowledged: 0 })).not.toContain('exactly once');
  expect(linesOf({ acknowledged: 0 })).toContain('nothing was acknowledged, and nothing that was refused is stored');
});

it('lines of a ramp stand below their head', () => {
  const step = { logsPerSecond: 50_000, acknowledgedPerSecond: 49_900, latency: LATENCY, errors: 0 };
  expect(stepLine(step)).toHaveLength(stepHead().length);
  expect(stepLine(step).trim().split(/ {2,}/)).toEqual([
    '50,000',
    '49,900',
    '1.23 ms',
    '123 ms',
    '1,234 ms',
    '2,345 ms',
    '0',
  ]);
});

it('the HTML report needs nothing from elsewhere, and takes nothing of the report for markup', () => {
  const html = htmlReport(REPORT);
  expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=/);
  expect(html).toContain('uPlot');
  expect(html).not.toContain('</script><b>');
  const data = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  expect(JSON.parse(data)).toEqual(REPORT);
});
