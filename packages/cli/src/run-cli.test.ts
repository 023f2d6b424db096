// What every call has, whatever the command: help, and results that cannot be written.
import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { callCli } from './testing/call-cli.ts';

it.each([
  [['projcts', '--help'], 'projcts'],
  [['replay', '-h'], 'replay'],
  [['keys', 'public-keys', 'creat', '--help'], 'creat'],
  [['--api-url', 'http://127.0.0.1:9', 'logs', 'nope', '--help'], 'nope'],
])('help on a command that there is not tells that: %j', async (args, word) => {
  const ran = await callCli(args);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(`unknown command '${word}'`);
});

it.each([[['keys', 'verify', `pk_live_sz_${'a'.repeat(36)}`, '--json']], [['completion', 'bash']], [['--help']]])(
  'a full disk is told in one line: %j',
  async (args) => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    });
    const stderr = new PassThrough();
    const code = await runCli(args, { environment: {}, stdin: new PassThrough(), stdout: full, stderr });
    expect([code, String(stderr.read())]).toEqual([1, 'The output cannot be written (ENOSPC).\n']);
  },
);
