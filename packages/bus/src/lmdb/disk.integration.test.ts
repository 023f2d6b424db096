// The disk: an append is synced before it resolves, and a full disk refuses, keeps what was stored, and is recovered from.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const program = (name: string) => fileURLToPath(new URL(`../../test/${name}`, import.meta.url));
/** A developer's machine may lack strace; in CI its absence is a failure. */
const withoutStrace = spawnSync('strace', ['-V']).status !== 0 && process.env.CI === undefined;
const withoutBash = spawnSync('bash', ['-c', 'ulimit -f']).status !== 0 && process.env.CI === undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-bus-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.skipIf(withoutBash)(
  'a full disk: refused, nothing lost, and taken again once the consumer has committed',
  () => {
    // A limit of file size stands for the disk; without the trap the signal for it would end the process.
    const command = `trap '' XFSZ; ulimit -f 10240; exec "$0" "$1" "$2"`;
    const child = spawnSync(
      'bash',
      ['-c', command, process.execPath, program('fill-the-disk.ts'), join(folder, 'bus')],
      {
        encoding: 'utf8',
      },
    );
    const seen = JSON.parse(child.stdout);
    // lmdb's own words are for the caller; on stderr, where the log goes, native code has some that nobody can keep it from.
    expect(child.stderr).not.toMatch(/write\.js|commit/i);
    expect(['full', 'unavailable']).toContain(seen.failure);
    expect(new Set(seen.together)).toEqual(new Set([seen.failure]));
    expect(seen).toMatchObject({ writableWhenFull: false, recovered: true, writableAfter: true });
    expect(seen.stored).toBeGreaterThan(10);
    expect(seen.read).toBe(seen.stored);
  },
  60_000,
);

it('a mistake in the code that deletes ends the process and says so, unlike a disk that refuses', () => {
  const child = spawnSync(process.execPath, [program('maintain-with-a-mistake.ts'), join(folder, 'bus')], {
    encoding: 'utf8',
  });
  expect(child.stderr).toContain('TypeError: a mistake in housekeeping');
  expect(child.status).toBe(1);
});

it.skipIf(withoutStrace)(
  'I1: the sync has ended before an append resolves',
  () => {
    const trace = join(folder, 'trace');
    const calls = 'fdatasync,fsync,msync,pwrite64,pwritev,writev,write,openat';
    const child = spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-e',
        `trace=${calls}`,
        '-o',
        trace,
        process.execPath,
        program('append-thrice.ts'),
        join(folder, 'bus'),
      ],
      { encoding: 'utf8' },
    );
    expect(child.status, child.stderr).toBe(0);
    const lines = readFileSync(trace, 'utf8').split('\n');
    // LMDB writes its meta page through a second descriptor of the file, opened with O_DSYNC.
    const opened = lines.find((line) => /records\/data\.mdb", O_WRONLY\|O_DSYNC/.test(line));
    const metaFile = opened?.match(/= (\d+)</)?.[1];
    expect(metaFile).toBeDefined();
    for (const n of [1, 2, 3]) {
      const from = lines.findIndex((line) => line.includes(`"append ${n}\\n"`));
      const to = lines.findIndex((line) => line.includes(`"resolved ${n}\\n"`));
      const between = lines.slice(from, to);
      const synced = between.findIndex((line) => ended(line, /(fdatasync|fsync)[( ]/) && line.includes('= 0'));
      const meta = between.findLastIndex((line) => line.includes(`pwrite64(${metaFile}<`));
      const metaEnded = between.findLastIndex((line) => /pwrite64.*= \d+$/.test(line));
      expect(synced).toBeGreaterThanOrEqual(0);
      expect(meta).toBeGreaterThan(synced);
      expect(metaEnded).toBeGreaterThanOrEqual(meta);
    }
  },
  60_000,
);

/** strace shows a call that another thread interrupts in two lines; the second is its end. */
function ended(line: string, call: RegExp): boolean {
  return call.test(line) && !line.includes('<unfinished');
}
