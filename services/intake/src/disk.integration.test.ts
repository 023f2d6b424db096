// A full disk at the intake: refused with what to do in one log line, taken again when there is room.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('testing/fill-the-disk.ts', import.meta.url));
/** A developer's machine may lack bash; in CI its absence is a failure. */
const withoutBash = spawnSync('bash', ['-c', 'ulimit -f']).status !== 0 && process.env.CI === undefined;

it.skipIf(withoutBash)(
  'logs are refused at once while the disk is full, and taken when there is room again',
  () => {
    // A limit of file size stands for the disk; without the trap the signal for it would end the process.
    const command = `trap '' XFSZ; ulimit -f 10240; exec "$0" "$1"`;
    const child = spawnSync('bash', ['-c', command, process.execPath, PROGRAM], { encoding: 'utf8' });
    expect(child.stdout, child.stderr).not.toBe('');
    const seen = JSON.parse(child.stdout);
    expect(seen).toMatchObject({ status: 503, retryAfter: '1', statuses: [503], recovered: true, recoveredLines: 1 });
    expect(seen.taken).toBeGreaterThan(10);
    expect(seen.failedLines).toHaveLength(1);
  },
  120_000,
);
