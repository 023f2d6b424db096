// A write of the embedded engine that fails: nothing is taken for stored on it, and no part that was stored is lost to it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('testing/fail-a-write.ts', import.meta.url));
/** A developer's machine may lack bash; in CI its absence is a failure. */
const withoutBash = spawnSync('bash', ['-c', 'ulimit -f']).status !== 0 && process.env.CI === undefined;

it.skipIf(withoutBash)(
  'a merge that the disk has no room for loses nothing: look-ups fail, the engine ends, and has all of it when it is back',
  () => {
    // A limit of file size stands for the disk; without the trap the signal for it would end the engine.
    const command = `trap '' XFSZ; ulimit -f 1024; exec "$0" "$1"`;
    const child = spawnSync('bash', ['-c', command, process.execPath, PROGRAM], { encoding: 'utf8' });
    expect(child.stdout, child.stderr).not.toBe('');
    expect(JSON.parse(child.stdout)).toEqual({
      known: 12,
      // The engine says so; with one that tells of failed writes all this is needed no more.
      merged: 'merged',
      lookedUp: expect.stringContaining('a write failed'),
      died: expect.stringContaining('SIGKILL: a write failed'),
      knownAfter: 12,
      whole: 12,
    });
  },
  120_000,
);
