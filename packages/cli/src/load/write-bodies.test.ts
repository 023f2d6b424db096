import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bodiesOf, type LoadFlags, workloadOf } from './flags.ts';
import { writeBodies } from './write-bodies.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-bodies-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = async (flags: LoadFlags) =>
  await writeBodies(folder, bodiesOf(flags), workloadOf({ ...flags, writeBodies: folder }));
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

it('writes bodies and what they are, instead of those of before; other files stay', async () => {
  for (const name of ['notes.txt', '2024']) writeFileSync(join(folder, name), 'mine');
  await write({ bodies: 3, batch: 10 });
  expect(textOf('about')).toBe('bodies 3\nbatch 10\ncontent-type application/json\n');
  expect(JSON.parse(textOf('2'))).toHaveLength(10);
  await write({ bodies: 2, batch: 5, encoding: 'ndjson', gzip: true });
  expect(readdirSync(folder).toSorted()).toEqual(['0', '1', '2024', 'about', 'notes.txt']);
  expect(textOf('about')).toBe('bodies 2\nbatch 5\ncontent-type application/x-ndjson\ncontent-encoding gzip\n');
  const lines = gunzipSync(readFileSync(join(folder, '1')))
    .toString()
    .trim()
    .split('\n');
  expect(lines).toHaveLength(5);
});
