import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addLoadFlags, type LoadFlags, workloadOf } from './flags.ts';

function workload(text: string) {
  const command = addLoadFlags(new Command('load'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(text === '' ? [] : text.split(' '), { from: 'user' });
  return workloadOf(command.opts<LoadFlags>());
}

describe('a load', () => {
  it('is a closed loop of 30 s unless told otherwise', () => {
    expect(workload('')).toMatchObject({ steps: null, forMs: 30_000, warmUpMs: 2000, batch: 100, connections: 32 });
    expect(workload('')).toMatchObject({ encoding: 'json', compression: 'none', verifyForMs: null, seed: 1 });
  });

  it('at a rate has one step, on a ramp several', () => {
    expect(workload('--rate 5000 --duration 1m').steps).toEqual([{ logsPerSecond: 5000, forMs: 60_000 }]);
    const rates = workload('--ramp 1000..3000 --steps 3 --duration 9s').steps;
    expect(rates?.map(({ logsPerSecond, forMs }) => [logsPerSecond, forMs])).toEqual([
      [1000, 3000],
      [2000, 3000],
      [3000, 3000],
    ]);
    expect(workload('--ramp 90..40')).toMatchObject({ steps: { length: 10 }, connections: 2000 });
  });

  it('at a rate has connections for what comes, and fewer where bodies are large', () => {
    const connections = (text: string) => workload(`--rate 1000000${text}`).connections;
    expect(connections('')).toBe(2000);
    expect(connections(' --batch 1')).toBe(2000);
    expect(connections(' --batch 10000')).toBe(22);
    expect(connections(' --batch 100 --log-size 200000 --gzip')).toBe(3);
    expect(connections(' --batch 10000 --connections 7')).toBe(7);
  });

  it('at a rate too low for one request is refused, with what would do', () => {
    const [least, less] = ['--rate 20 --duration 5s', '--rate 19 --duration 5s'];
    expect(workload(least).steps).toHaveLength(1);
    expect(() => workload(less)).toThrow(
      '19 logs/s for 5 s are less than one request of 100 logs: use a smaller --batch.',
    );
    expect(workload(`${less} --batch 95`).steps).toHaveLength(1);
    expect(() => workload('--ramp 1000..1 --duration 20s')).toThrow('1 logs/s for 2 s');
  });

  it('of so many logs has time for them', () => {
    expect(workload('--logs 100').forMs).toBe(3_600_000);
    expect(workload('--logs 100 --duration 1s')).toMatchObject({ forMs: 1000, logsMax: 100 });
  });

  it('watches the processes that are named', () => {
    expect(workload(`--process kafka=${process.pid} --process postgres=${process.ppid}`).namedProcesses).toEqual(
      new Map([
        ['kafka', process.pid],
        ['postgres', process.ppid],
      ]),
    );
    // Of a process that has ended.
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(() => workload(`--process kafka=${pid}`)).toThrow(`No process of this machine has the pid ${pid}.`);
  });
});

it.each(['0', '219', '262145', '1k'])('a log of %s bytes is refused with the sizes that are taken', (size) => {
  expect(() => workload(`--batch 1 --log-size ${size}`)).toThrow('A whole number from 220 to 262144.');
});

it.each([
  '--rate 5 --ramp 1..2',
  '--steps 5',
  '--gzip --compression zstd',
  '--duration 0s',
  '--duration 25h',
  '--duration -1s',
  '--duration 5',
  '--settle -1s',
  '--warm-up 25h',
  '--batch 10000 --log-size 600',
  '--gzip --batch 10000 --log-size 3000',
  '--rate 0',
  '--ramp 1-5',
  '--ramp 0..5',
  '--batch 10001',
  '--connections 10001',
  '--keys 1001',
  '--process kafka',
  '--process =1',
  '--encoding otlp',
  '--verify-for 1m',
  '--max-errors 101',
  '--bodies 5',
  '--write-bodies folder --rate 5000',
  '--write-bodies folder --duration 5s',
  '--write-bodies folder --json',
])('%s is called wrongly', (text) => {
  expect(() => workload(text)).toThrow();
});

it.each([
  '--batch 10000',
  '--write-bodies folder --bodies 5 --gzip --seed 2',
  '--verify --verify-for 1m',
  '--gzip --batch 10000 --log-size 2000',
  '--log-size 220',
  '--log-size 262144 --batch 1',
  '--keys 1000',
  '--duration 24h',
])('%s is within the limits', (text) => {
  expect(() => workload(text)).not.toThrow();
});
