// Writes docs/cli anew, and runs the session of docs/cli.md on a new system and writes what it printed into the document: npm run docs:cli
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../support/read-options.ts';
import { type System, startSystem } from '../support/system.ts';
import { shopLogs } from './shop-logs.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));
const BIN = fileURLToPath(new URL('../../packages/cli/bin/sazabi.mjs', import.meta.url));
const WRITE_REFERENCE = fileURLToPath(new URL('../../packages/cli/src/docs/write-reference.ts', import.meta.url));
/** Where a reader's own system is, so that no command needs an address. */
const PORTS = { INTAKE_PORT: '4318', API_PORT: '4319', INTERNAL_PORT: '4320' } as const;
const COMMAND_DEADLINE_MS = 60_000;
/** A block of commands with what they print; or a command that the reader does not see. */
const STEPS = /^```console\n(.*?)^```$|^<!-- run: (.*?) -->$/gms;
/** A key as it may be shown: enough to know it again. */
const REST_OF_KEY = /([ps]k_(?:live|test)_sz_\w{4})\w{32}/g;

/** The document with every block run anew, in order, in one shell's environment. @throws Error where a command fails */
function runSession(document: string, run: (command: string) => string): string {
  return document.replaceAll(STEPS, (whole, block: string | undefined, hidden: string | undefined) => {
    if (hidden !== undefined) {
      run(hidden);
      return whole;
    }
    return `\`\`\`console\n${commandsOf(block ?? '')
      .map((command) => `$ ${command}\n${run(command)}`)
      .join('')}\`\`\``;
  });
}

/** Each `$ …` of a block, with the lines that go on after a backslash. */
function commandsOf(block: string): readonly string[] {
  return [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command]) => command ?? '');
}

/** A shell that keeps its variables from command to command. */
function createShell(folder: string, system: System): (command: string) => string {
  const work = join(folder, 'work');
  const bin = join(folder, 'bin');
  const state = join(folder, 'variables');
  for (const made of [work, bin]) mkdirSync(made);
  symlinkSync(BIN, join(bin, 'sazabi'));
  writeFileSync(join(work, 'shop.ndjson'), shopLogs(Date.now()));
  writeFileSync(
    state,
    `export PATH='${bin}:${dirname(process.execPath)}:${process.env.PATH}' SAZABI_PUBLIC_KEY=${system.publicKey} SAZABI_SECRET_KEY=${system.secretKey} SAZABI_DATA_DIR=${system.dataDir}`,
  );
  return (command) => {
    const script = `cd '${work}'; source '${state}'; {\n${command}\n} 2>&1; status=$?; export -p > '${state}'; exit $status`;
    const { status, stdout } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: {},
      // What a command leaves running may outlive it: it must not hold a pipe that is read here.
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: COMMAND_DEADLINE_MS,
    });
    if (status !== 0) throw new Error(`$ ${command}\n${stdout}(ended with ${status})`);
    const shown = stdout.replaceAll(REST_OF_KEY, '$1…');
    return shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`;
  };
}

const HELP = `npm run docs:cli

Writes docs/cli from the tree of commands, starts a system on the ports of \`npm start\` (4318 to 4320), runs every command of docs/cli.md
on it and writes what they printed into the document.`;

const { values } = readOptions({ options: { help: { type: 'boolean', default: false } } });
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
execFileSync(process.execPath, [WRITE_REFERENCE], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'sazabi-docs-'));
const system = await startSystem({ environment: PORTS });
try {
  writeFileSync(DOCUMENT, runSession(readFileSync(DOCUMENT, 'utf8'), createShell(folder, system)));
} finally {
  await system.stop();
  rmSync(folder, { recursive: true });
}
