// The compiled scanner is what its source says, and keeps words whoever chose them.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createLogBlock } from '../create-log-block.ts';
import { newUuidV7 } from '../uuid.ts';
import { COMMA, createJsonBytes, loadJson } from './json-bytes.ts';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

it('is compiled from assembly/ (after a change: pnpm run build:scanner)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scanner-'));
  try {
    const outFile = join(folder, 'scanner.wasm');
    const args = [compiler, '--config', 'assembly/asconfig.json', '--outFile', outFile];
    await promisify(execFile)(process.execPath, args, { cwd: packageFolder });
    const [compiled, committed] = await Promise.all([
      readFile(outFile),
      readFile(new URL('./scanner.wasm', import.meta.url)),
    ]);
    expect(committed.equals(compiled)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('keeps words that differ in what a product by a known number carries out at its top', () => {
  const text = createJsonBytes();
  const block = createLogBlock();
  block.reset(newUuidV7(), 20_808);
  block.beginRequest({ projectId: randomUUID(), mode: 'live', keyId: randomUUID(), environment: '' }, 0, null);
  // With `hash = (hash ^ text) * factor`, and its upper half over the lower, 17 of these found no slot: half had one hash.
  for (let pair = 0; pair < 64; pair++) {
    const word = Buffer.alloc(1024, 'p');
    for (const at of [7, 11, 15]) word[pair * 16 + at] = 0x30;
    loadJson(text, Buffer.from(`{"message":"m","service":"${word.toString()}"}`));
    expect(block.appendJson(text, COMMA, 1)).toBe(1);
  }
});
