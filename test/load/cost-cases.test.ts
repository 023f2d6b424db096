// What the cases of the cost measurement mean, what its ratios are of, and that a wrong option is told in a line.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { costCases } from './cost-cases.ts';
import { costTable, ratioTable } from './cost-table.ts';
import type { Cost, Round } from './measure-cost.ts';

describe('a case', () => {
  it.each([
    ['', 1, 1],
    ['projects=1000', 1000, 1],
    ['retentions=50', 50, 50],
    [' retentions=7  projects=50', 50, 7],
  ])('%j', (text, projects, retentions) => {
    expect(costCases([text], 'lmdb')).toMatchObject([{ bus: 'lmdb', projects, retentions }]);
  });

  it('comes once for each bus', () => {
    expect(costCases(['', 'projects=2'], 'both').map(({ name }) => name)).toEqual([
      'bus lmdb',
      'bus kafka',
      'projects=2, bus lmdb',
      'projects=2, bus kafka',
    ]);
  });

  it.each([
    ['stored=5', 'lmdb', 'A case cannot set stored=5'],
    ['projects', 'lmdb', 'A case cannot set projects'],
    ['projects=-1', 'lmdb', 'A case cannot set projects=-1'],
    ['projects=1001', 'lmdb', '1000 projects at most'],
    ['retentions=0', 'lmdb', 'no more than projects'],
    ['projects=2 retentions=3', 'lmdb', 'no more than projects'],
    ['', 'toString', '--bus takes lmdb, kafka, both'],
  ])('%j on %s is refused', (text, bus, problem) => {
    expect(() => costCases([text], bus)).toThrow(problem);
  });
});

it('a ratio is to the first case of the same round, the median of them; not of the medians', () => {
  const cost = (engine: number): Cost => {
    const cpu = { intake: 1, consumer: 1, engine, 'query-api': 0, standalone: 0 };
    return { logsPerSecond: 1, cpu, cpuAtAck: cpu, peakMemoryMib: {}, sender: 1, inserts: 3 };
  };
  const round = (first: number, second: number): Round => ({
    bytesPerLog: 290,
    floor: 1,
    costs: [cost(first), cost(second)],
  });
  const rounds = [round(2, 4), round(8, 8), round(4, 2)];
  const lines = ratioTable(['one', 'other'], rounds).split('\n');
  expect(lines[1]).toMatch(/^one +1\.00 +1\.00 +1\.00 +1\.00 {3}1\.00, 1\.00, 1\.00$/);
  expect(lines[2]).toMatch(/^other +1\.00 +1\.00 +1\.00 +1\.00 {3}1\.50, 1\.00, 0\.67$/);
  const work = { logs: 100, batch: 10, connections: 1, seed: 1, settleMs: 0 };
  expect(costTable(work, 'other', 1, rounds)).toContain('whole system 6.00, 10.00, 4.00;');
});

describe('a wrong option is told in a line', () => {
  it.each([
    ['cost.ts', ['--nope'], "Unknown option '--nope'."],
    ['cost.ts', ['--logs', '0'], '--logs takes a whole number of 1 or more, not "0".'],
    [
      'cost.ts',
      ['--case', 'projects=x'],
      'A case cannot set projects=x: it takes projects, retentions, each with a number.',
    ],
    ['store/cost.ts', ['--nope'], "Unknown option '--nope'."],
    ['store/cost.ts', ['--case', 'rows=5'], /^A case cannot set rows=5: it takes logs, .* each with a number\. /],
  ])('%s %j', (command, options, problem) => {
    const path = fileURLToPath(import.meta.resolve(`./${command}`));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...options], { encoding: 'utf8' });
    expect(stderr).toMatch(/^.* --help shows what is possible\.\n$/);
    if (typeof problem === 'string') expect(stderr).toBe(`${problem} --help shows what is possible.\n`);
    else expect(stderr).toMatch(problem);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
