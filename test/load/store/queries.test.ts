// The measurement of queries, on the least of logs that it takes: each case finds what it asks for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

const CASES = 10;
const measuredSchema = z.array(z.object({ name: z.string(), wallMs: z.number(), cpuMs: z.number() }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queries-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function measure(...options: readonly string[]) {
  const script = fileURLToPath(import.meta.resolve('./queries.ts'));
  const child = spawn(process.execPath, [script, '--data', folder, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

it('measures every case on two thousand logs, and says which it is at', { timeout: 90_000 }, async () => {
  const { stdout, stderr, code } = await measure('--logs', '2000', '--literals', '2', '--settle', '0', '--json');
  expect(code, stderr).toBe(0);
  const measured = measuredSchema.parse(JSON.parse(stdout));
  expect(measured).toHaveLength(CASES);
  for (const { name } of measured) expect(stderr).toContain(`  ${name}\n`);
});

it('starts nothing on a folder that has other things, and says so in a line', async () => {
  writeFileSync(join(folder, 'mine'), '');
  const { stderr, code } = await measure();
  expect(stderr).toBe(
    `${folder} has no queries.json, which a run leaves that has stored its logs: give an empty folder.\n`,
  );
  expect(code).toBe(1);
});
