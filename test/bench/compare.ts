// npm run bench:compare: the benchmarks of two commits by rounds that take turns, and their ratios.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../support/read-options.ts';
import { compareRuns, ratioTable } from './ratios.ts';
import type { Result } from './results.ts';
import { forgetWorktrees, openSide, type Side } from './sides.ts';

const HELP = `npm run bench:compare -- [A] [B] [--only NAME]... [--rounds 5] [--quick] [--json] [--fail-above RATIO]

Runs npm run bench of A and of B, round by round in turns (A B, B A, A B …), and prints B / A of each benchmark: the middle of the
rounds' ratios, the least and the most of them, and the ratio of the least figures. "less" or MORE stands where every round agrees
that B costs less or more; of 5 rounds one in 16 benchmarks does so by chance, of 8 one in 128.
  A, B           a commit, branch or tag, checked out in a worktree of its own for the time; or a folder with the project as it is.
                 Default: HEAD, and the working tree
  --only, --quick  as of npm run bench; each side runs its own benchmarks
  --fail-above   ends with 1 where B costs more than so many times A, in every round more than A`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'fail-above': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const write = (text: string) => process.stdout.write(`${text}\n`);
if (values.help || positionals.length > 2 || !Number.isInteger(rounds) || rounds < 1) {
  write(HELP);
  process.exit(values.help ? 0 : 2);
}
const temporary = mkdtempSync(join(tmpdir(), 'sazabi-bench-'));
const clean = () => {
  // A system that is stopping writes to its folder for a second or two.
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  forgetWorktrees(root);
};
const sides: Side[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const side of sides) side.stop();
    clean();
    process.exit(130);
  });
try {
  await compare(positionals[0] ?? 'HEAD', positionals[1] ?? root);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
} finally {
  clean();
}

async function compare(whatA: string, whatB: string): Promise<void> {
  const [a, b] = [openSide(root, whatA, temporary, 'a'), openSide(root, whatB, temporary, 'b')];
  sides.push(a, b);
  const options = [...values.only.flatMap((name) => ['--only', name]), ...(values.quick ? ['--quick'] : [])];
  const ofA: (readonly Result[])[] = [];
  const ofB: (readonly Result[])[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      { side: a, runs: ofA },
      { side: b, runs: ofB },
    ];
    for (const { side, runs } of round % 2 === 0 ? turns : turns.reverse())
      runs.push((await side.run(options)).results);
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const comparison = compareRuns(ofA, ofB);
  if (values.json) write(JSON.stringify({ a: a.label, b: b.label, rounds, ...comparison }));
  else write(`A ${a.label}, B ${b.label}, ${rounds} rounds\n${ratioTable(comparison)}`);
  const most = values['fail-above'] === undefined ? Number.POSITIVE_INFINITY : Number(values['fail-above']);
  if (comparison.ratios.some(({ median, isBeyondNoise }) => isBeyondNoise && median > most)) process.exitCode = 1;
}
