// What is written of the command line is what it does: its reference, and every command in the documentation.
import { readdirSync, readFileSync } from 'node:fs';
import { Help } from 'commander';
import { describe, expect, it } from 'vitest';
import { grammarOf } from '../completion/grammar.ts';
import { rootTermOf } from '../program.ts';
import { callCli } from '../testing/call-cli.ts';
import { commandsIn, wordsOf } from './examples-in.ts';
import { referencePages, silentProgram } from './reference.ts';

const ROOT = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const program = await silentProgram();
const places = grammarOf(program);
/** Commands that can be run. */
const leaves = places.filter(({ commands }) => commands.length === 0);

it('docs/cli is what --help says; if not: node packages/cli/src/docs/write-reference.ts', async () => {
  const pages = await referencePages();
  expect(readdirSync(new URL('docs/cli/', ROOT)).sort()).toEqual(pages.map(({ file }) => file).sort());
  for (const { file, text } of pages) expect(read(`docs/cli/${file}`)).toBe(text);
});

it('the help of `sazabi` says of each command what follows its name, though it loads none', async () => {
  const { stdout } = await callCli(['--help']);
  const plain = new Help();
  for (const command of program.commands) {
    expect(rootTermOf(command.name())).toBe(plain.subcommandTerm(command));
    expect(stdout).toContain(`\n  ${rootTermOf(command.name())}  `);
  }
  expect(program.commands.length).toBeGreaterThan(10);
});

describe('every command', () => {
  it.each(leaves.map(({ path }) => path))(
    'sazabi %s has a description, --json or an output of its own, and examples',
    async (path) => {
      const { code, stdout } = await callCli([...path.split(' '), '--help']);
      expect(code).toBe(0);
      const [usage = '', , description = ''] = stdout.split('\n');
      expect(usage).toContain(`Usage: sazabi ${path}`);
      expect(description).not.toBe('');
      expect(stdout).toMatch(new RegExp(`\nExamples?:\n  \\$ .*sazabi ${path}`));
    },
  );
});

const DOCUMENTS = ['README.md', ...['docs/', 'docs/cli/'].flatMap(markdownIn)];

function markdownIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}${file}`);
}

describe('commands in the documentation are ones that there are', () => {
  it.each(DOCUMENTS)('%s', (document) => {
    // Some are shown to fail.
    const unknown = commandsIn(read(document)).filter((command) => !command.includes('|| echo') && !isKnown(command));
    expect(unknown).toEqual([]);
  });

  it('also those within others', () => {
    const line = '$ sazabi receipts get --wait $(sazabi logs send --receipts a.log); npx sazabi me | cat';
    expect(commandsIn(`\`\`\`text\n${line}\n\`\`\`\n`).map(wordsOf)).toEqual([
      ['sazabi', 'receipts', 'get', '--wait', '$(sazabi logs send --receipts a.log)'],
      ['sazabi', 'logs', 'send', '--receipts', 'a.log'],
      ['sazabi', 'me'],
    ]);
  });

  it('one that there is not is told', () => {
    expect(isKnown('sazabi logs query --since 2h')).toBe(false);
    expect(isKnown('sazabi logs list')).toBe(false);
    expect(isKnown('sazabi keys --yes')).toBe(false);
    expect(isKnown(`sazabi logs query --filter 'a --b=1' --from=2h`)).toBe(true);
  });
});

/** Whether the tree has the command, and the command each of the flags. */
function isKnown(command: string): boolean {
  const [, ...words] = wordsOf(command);
  let place = places.find(({ path }) => path === '');
  for (let at = 0; at < words.length && place !== undefined; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('--') || /^-\w$/.test(word)) {
      const [name] = word.split('=');
      const flag = place.flags.find(({ text }) => text === name);
      if (flag === undefined) return false;
      if (flag.valued && !word.includes('=')) at += 1;
    } else if (place.commands.length > 0) {
      const path: string = `${place.path} ${word}`.trim();
      place = places.find((one) => one.path === path);
    }
  }
  return place !== undefined;
}
