import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCostMeter } from './cost-meter.ts';

let dataDir: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sazabi-load-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(dataDir, { recursive: true });
});

/** A process that listens, and tells its port. */
async function listen(
  port = 0,
): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly port: number }> {
  const script = `const s = require('net').createServer().listen(${port}, '127.0.0.1', () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0, port: Number(line) };
}

it.runIf(process.platform === 'linux')('what a service has used that has ended is not its supervisor’s', async () => {
  const busy = 'const t = Date.now(); while (process.cpuUsage().user < 600_000) t;';
  const script = `process.stdin.once('data', () => { require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy)}]); console.log('ended') })`;
  const supervisor = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(supervisor);
  const named = new Map([['standalone', supervisor.pid ?? 0]]);
  const meter = createCostMeter({ intakeUrl: new URL('http://192.0.2.1'), apiUrl: undefined, dataDir, named });
  supervisor.stdin.write('go');
  await once(supervisor.stdout, 'data');
  expect(meter.look().cpuSeconds.get('standalone')).toBeLessThan(0.5);
});

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const writeTable = (pids: Readonly<Record<string, number>>) =>
  writeFileSync(
    join(dataDir, 'processes.json'),
    JSON.stringify(Object.entries(pids).map(([name, pid]) => ({ name, pid }))),
  );

it.runIf(process.platform === 'linux')(
  'services that end are looked for until they are back, the others counted all the while',
  async () => {
    const [intake, engine, consumer] = [await listen(), await listen(), await listen()];
    writeTable({ intake: intake.pid, engine: engine.pid, consumer: consumer.pid });
    const intakeUrl = new URL(`http://127.0.0.1:${intake.port}`);
    const meter = createCostMeter({ intakeUrl, apiUrl: undefined, dataDir, named: new Map() });
    const pidOf = (name: string) => meter.costs().find((cost) => cost.name === name)?.pid;
    meter.look();
    expect(meter.missing()).toBeNull();

    // Nobody listens: the rest is watched still.
    await Promise.all([end(intake.child), end(consumer.child)]);
    const alone = meter.look();
    expect(alone.residentMib.get('engine')).toBeGreaterThan(1);
    expect(alone.residentMib.get('intake')).toBe(0);
    expect(meter.missing()).toContain('intake had ended');
    meter.look();

    // A new one listens, which the table does not have yet.
    const [nextIntake, nextConsumer] = [await listen(intake.port), await listen()];
    const halfWay = meter.look();
    expect(pidOf('intake')).toBe(nextIntake.pid);
    expect(halfWay.residentMib.get('engine')).toBeGreaterThan(1);
    expect(halfWay.residentMib.get('consumer')).toBe(0);

    writeTable({ intake: nextIntake.pid, engine: engine.pid, consumer: nextConsumer.pid });
    const whole = meter.look();
    expect(pidOf('consumer')).toBe(nextConsumer.pid);
    // All that a new process has done is of this run.
    expect(whole.cpuSeconds.get('consumer')).toBeGreaterThan(0);
    expect(whole.residentMib.get('consumer')).toBeGreaterThan(1);
    expect(meter.missing()).toMatch(/intake had ended.*consumer had ended/);
    expect(meter.missing()).not.toContain('engine');
  },
);
