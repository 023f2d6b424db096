// What a log costs the store: CPU of inserts, look-ups and merges, and bytes on disk, of cases that take turns in one run.
import { orRefuse, readOptions, wholeNumber } from '../../support/read-options.ts';
import { parseCase } from '../parse-case.ts';
import { measureStore, type StoreCase, type StoreCost } from './measure-store.ts';

/**
 * Whether a log costs more with more projects, keys, retentions, and rows that are there; in ranges so small that each case merges
 * once.
 */
const SCALED = [
  '',
  'projects=10',
  'projects=1000',
  'keys=100000',
  'retentions=50',
  'stored=1000000',
  'stored=10000000',
  'stored=100000000',
];
const SCALING = SCALED.map((text) => `range=90000 ${text}`.trim());

const HELP = `bench:store and bench:scaling are one program; the second has cases of its own, listed last.

npm run bench:store -- [--case 'name=value …' …] [--rounds 3] [--columns] [--json]
npm run bench:scaling -- [--rounds 3] [--columns] [--json]

Feeds a new embedded engine with generated logs as the consumer does (Native blocks in zstd frames, a look-up before each range,
one insert a day) and prints its CPU-seconds per million logs, until no merge is left, and the bytes on disk per log once merged.
Each --case is a column of its own beside the first, its rounds take turns with the others': medians, and the ratio to the first.
What a case may set: logs (1000000), stored (0: so many logs are there before, two million of them made and the rest copies), projects (1), keys (one a project;
they send in turn), retentions (1 of 30 days; more: of 1, 2, 3 … days), record (3200 rows), range (200000 rows), every (0: ms from
range to range), and last alter=STATEMENT[; STATEMENT …].

  npm run bench:store -- --case 'range=50000' --case 'range=200000'
  npm run bench:store -- --case '' --case "alter=ALTER TABLE logs DROP INDEX attribute_values"

bench:scaling has its own cases: ${SCALING.join(', ')}; a --case adds to them.`;

const DEFAULTS = {
  logs: 1_000_000,
  stored: 0,
  projects: 1,
  keys: 1,
  retentions: 1,
  record: 3_200,
  range: 200_000,
  every: 0,
};

/** @throws RangeError for a name that no case has */
function storeCase(text: string): StoreCase {
  const [head = '', alter = ''] = text.split(/\balter=/, 2);
  const { record: rowsOfARecord, range: rowsOfARange, every: everyMs, ...given } = parseCase(head, DEFAULTS);
  const statements = alter.split(';').map((statement) => statement.trim());
  return { ...given, rowsOfARecord, rowsOfARange, everyMs, alter: statements.filter(Boolean) };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;

const FIGURES = ['insert', 'merges', 'total', 'rewritten', 'inserts', 'bytesPerLog'] as const;

function lineOf(name: string, costs: readonly StoreCost[], first: readonly StoreCost[]): string {
  const figures = FIGURES.map((figure) =>
    median(costs.map((cost) => cost[figure]))
      .toFixed(2)
      .padStart(12),
  );
  const ratios = costs.map(({ total }, round) => total / (first[round]?.total ?? total));
  return `${(name || 'as it is').slice(0, 58).padEnd(60)}${figures.join('')}${median(ratios).toFixed(2).padStart(9)}`;
}

const { values } = readOptions({
  options: {
    case: { type: 'string', multiple: true },
    scaling: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    columns: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);
if (values.help) {
  write(HELP);
  process.exit(0);
}
const preset = values.scaling ? SCALING : values.case === undefined ? [''] : [];
const { rounds, cases } = orRefuse(() => ({
  rounds: wholeNumber('rounds', values.rounds, 1),
  cases: [...preset, ...(values.case ?? [])].map((text) => ({ text, of: storeCase(text), costs: [] as StoreCost[] })),
}));
for (let round = 0; round < rounds; round++)
  for (const { text, of, costs } of cases) {
    const cost = await measureStore(of);
    costs.push(cost);
    if (values.json) write(JSON.stringify({ case: text, round, ...cost }));
  }
if (!values.json) {
  write(
    `${'CPU-s per million logs'.padEnd(60)}${FIGURES.map((name) => name.padStart(12)).join('')}${'ratio'.padStart(9)}`,
  );
  for (const { text, costs } of cases) {
    write(lineOf(text, costs, cases[0]?.costs ?? []));
    if (!values.columns) continue;
    for (const [part, bytes] of Object.entries(costs[0]?.bytesByPart ?? {}))
      if (bytes >= 0.005) write(`  ${part.padEnd(40)}${bytes.toFixed(2).padStart(12)} B`);
  }
}
