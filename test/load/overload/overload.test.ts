// The table and the graph of a run show what it found.
import { expect, it } from 'vitest';
import { overloadGraph } from './graph.ts';
import type { StepResult } from './steps.ts';
import { overloadTable } from './table.ts';

function step(load: number, acknowledged: number): StepResult {
  return {
    load,
    quietKeys: 0,
    peak: 300_000,
    peakRefused: 0,
    peakPerCpuSecond: 500_000,
    perCpuSecond: load > 1 ? 400_000 : 500_000,
    offered: load * 300_000,
    acknowledged,
    refused: load > 1 ? new Map([[503, 0.5]]) : new Map(),
    acceptedMs: { p50: 5, p99: 40, max: 50 },
    refusedMs: { p50: 100, p99: 150 },
    quiet: null,
    senderLateMs: { p50: 0, p99: 1 },
    fsyncMs: { p50: 2, p99: 10 },
    residentMib: 250,
    ownMib: 190,
  };
}

it('the table and the graph have each step of the run, by the medians of its rounds', () => {
  const rounds = [290_000, 270_000, 280_000].map((acknowledged) => [step(0.5, 150_000), step(2, acknowledged)]);
  const lines = overloadTable(rounds).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toContain('| 2× | 600k | 280k | 93.3 % | 500k / 400k, 0.80 | 50.0 % | 5.0 / 40 / 50 | 100 / 150 |');
  const svg = overloadGraph(rounds, 'A run');
  expect(svg.match(/<rect class="ok" x=/g)).toHaveLength(3);
  expect(svg).toMatch(/>0\.5×<.*>2×</s);
  expect(svg).not.toContain('NaN');
});

it('where a step has nothing to take a figure of, the table says so, and another round has it', () => {
  const none = { acceptedMs: { p50: Number.NaN, p99: Number.NaN, max: Number.NaN }, quietKeys: 9 };
  const nothing = [{ ...step(2, 0), ...none }];
  const table = overloadTable([nothing]);
  expect(table).toContain('| 2×, one noisy key | 600k | 0.0k | 0 % | 500k / 400k, 0.80 | 50.0 % | – / – / – |');
  expect(table).toContain('| –, – |');
  expect(table).toContain('– = nothing to take it of');
  expect(table).not.toContain('NaN');
  expect(overloadGraph([nothing], 'A run')).not.toContain('NaN');
  const something = [{ ...step(2, 280_000), quietKeys: 9, quiet: { accepted: 1, p99: 60 } }];
  expect(overloadTable([nothing, something])).toContain('| 100 %, 60 |');
  expect(overloadTable([something])).not.toContain('–');
});
