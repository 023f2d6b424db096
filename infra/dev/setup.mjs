// Installs the workspace when its dependencies are missing or older than the lockfile; runs before every root script.
// Plain JavaScript for any Node >= 20: it runs before the project's own Node 22 is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PNPM = 'pnpm@12.21.0';

/** pnpm keeps a copy of the lockfile that it installed: equal copies mean that there is nothing to do. */
function installed() {
  const copy = join(root, 'node_modules', '.pnpm', 'lock.yaml');
  return existsSync(copy) && readFileSync(copy, 'utf8') === readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
}

if (!installed()) {
  process.stderr.write('Installing dependencies (about a minute the first time: the ClickHouse engine is 543 MB) …\n');
  const { status, error } = spawnSync('npx', ['-y', PNPM, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write(
      `Installing failed${error ? `: ${error.message}` : ''}. Check the network and the npm registry, then run the command again.\n`,
    );
    process.exit(1);
  }
}
