// Real shells that complete a line, each by its own machinery: what stands on the line after the tab key.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEADLINE_MS = 60_000;
const NAMES = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof NAMES)[number];

/** The shells that this machine has. */
export function shellsHere(): readonly ShellName[] {
  return NAMES.filter((name) => spawnSync(name, ['-c', 'true']).status === 0);
}

/** The words after `sazabi` on each line, once its last word was completed. */
export function completeIn(shell: ShellName, script: string, lines: readonly string[]): readonly string[] {
  const home = mkdtempSync(join(tmpdir(), 'sazabi-completion-'));
  try {
    const file = join(home, `completion.${shell}`);
    writeFileSync(file, script);
    return COMPLETERS[shell]((args, input = '') => run(home, shell, args, input), file, lines);
  } finally {
    rmSync(home, { recursive: true });
  }
}

type Completer = (
  runShell: (args: readonly string[], input?: string) => string,
  file: string,
  lines: readonly string[],
) => readonly string[];

const COMPLETERS: Readonly<Record<ShellName, Completer>> = {
  /** An interactive bash edits lines with readline, whatever its input is. */
  bash: (runShell, file, lines) => {
    const input = [`source ${file}`, PRINT, ...lines.map((line) => `${line}\t`), ''].join('\n');
    return ranLines(runShell(['--norc', '--noprofile', '-i'], input));
  },
  /** Zsh edits on a terminal alone: another zsh gives it one. */
  zsh: (runShell, file, lines) =>
    ranLines(
      runShell(
        ['-f'],
        `zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit && compinit -u -D; source ${file}; ${PRINT}; echo RE""ADY'
zpty -r inner out '*READY*'
${lines
  .map(
    (line) => `zpty -w inner $'${line}\\t'
zpty -r inner out '*RAN:*:END*'
print -r -- "RAN:\${\${out##*RAN:}%%:END*}:END"`,
  )
  .join('\n')}
zpty -d inner
`,
      ),
    ),
  /** Fish tells what it would offer. */
  fish: (runShell, file, lines) =>
    lines.map((line) => {
      const offered = runShell(['-N', '-c', `source ${file}; complete -C '${line}'`])
        .trimEnd()
        .split('\n');
      const words = line.split(' ').slice(1, -1);
      return [...words, ...offered.map((candidate) => candidate.split('\t')[0])].join(' ');
    }),
};

/** A command of the shell in place of the program: shows what it was called with. */
const PRINT = `sazabi() { printf 'RAN:%s:END\\n' "$*"; }`;

function ranLines(output: string): readonly string[] {
  return [...output.matchAll(/RAN:(.*?):END/g)].map(([, words]) => words ?? '');
}

/** In a home of its own, where shells leave their histories. */
function run(home: string, shell: ShellName, args: readonly string[], input: string): string {
  return execFileSync(shell, args, {
    input,
    encoding: 'utf8',
    timeout: DEADLINE_MS,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH ?? '', INPUTRC: '/dev/null', TERM: 'dumb', HOME: home },
  });
}
