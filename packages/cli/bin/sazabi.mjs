#!/usr/bin/env node
// Starts the command line. Plain JavaScript for any Node >= 20: where this Node cannot run TypeScript, the project's own one does.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/main.ts', import.meta.url);
/** Loaded before it; it is there once all is installed. */
const compiled = new URL('../node_modules/@sazabi/lifecycle/src/compiled.mjs', import.meta.url);
const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));

if (!existsSync(compiled) || !(process.features.typescript || existsSync(node))) {
  process.stderr.write(
    'The dependencies are not installed, or not all of them: run `npm start` (or `npm test`) once in the repository.\n',
  );
  process.exitCode = 1;
} else if (process.features.typescript) {
  await import(compiled.href);
  await import(main.href);
} else {
  runByProjectNode();
}

function runByProjectNode() {
  const child = spawn(node, ['--import', compiled.href, fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // Of a terminal the child has these already: what handles one there takes a second for the same.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal === null) return;
    // As the child: a shell then says and does what it does for any program.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
