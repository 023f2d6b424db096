// `completion`: the scripts in the shells that this machine has (CI has all three), each by its own machinery.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { grammarOf } from '../completion/grammar.ts';
import { createContext } from '../context.ts';
import { createOutput } from '../output/output.ts';
import { createProgram } from '../program.ts';
import { callCli } from '../testing/call-cli.ts';
import { completeIn, shellsHere } from '../testing/shells.ts';

/** What is typed before the tab, and the words after `sazabi` that become of it. */
const LINES = [
  ['sazabi pro', 'projects'],
  ['sazabi logs qu', 'logs query'],
  ['sazabi keys secret-keys ro', 'keys secret-keys rotate'],
  ['sazabi logs query --sea', 'logs query --search'],
  ['sazabi logs query --mode phr', 'logs query --mode phrase'],
  ['sazabi keys public-keys list --mode t', 'keys public-keys list --mode test'],
  ['sazabi keys secret-keys create --scope logs:r', 'keys secret-keys create --scope logs:read'],
  ['sazabi keys secret-keys create --scope=keys:w', 'keys secret-keys create --scope=keys:write'],
  // A value that reads as a command is none.
  ['sazabi --api-url keys proj', '--api-url keys projects'],
  ['sazabi logs query --search keys --sort a', 'logs query --search keys --sort asc'],
  ['sazabi projects list --api', 'projects list --api-url'],
  ['sazabi completion z', 'completion zsh'],
  ['sazabi logs send ./packa', 'logs send ./package.json'],
] as const;

describe.each(shellsHere())('%s', (shell) => {
  it('completes commands, flags, values and files', async () => {
    const { stdout, code } = await callCli(['completion', shell]);
    expect(code).toBe(0);
    const completed = completeIn(
      shell,
      stdout,
      LINES.map(([typed]) => typed),
    );
    expect(completed).toEqual(LINES.map(([, words]) => words));
  });
});

it('bash is there', () => {
  expect(shellsHere()).toContain('bash');
});

it('a flag that takes a value takes one everywhere: the scripts tell values from commands by it', async () => {
  const output = createOutput(new PassThrough(), new PassThrough(), {});
  const program = await createProgram(createContext({}, new PassThrough(), output));
  const flags = grammarOf(program).flatMap((place) => place.flags);
  const byName = Map.groupBy(flags, ({ text }) => text);
  const torn = [...byName].filter(([, same]) => new Set(same.map(({ valued }) => valued)).size > 1);
  expect(torn).toEqual([]);
  expect(byName.size).toBeGreaterThan(20);
});

it('another shell is called wrongly', async () => {
  const ran = await callCli(['completion', 'csh']);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
});
