// Keeps what a start made of the code for the next one: without types, and compiled. Plain JavaScript, loaded before any TypeScript.
// Node's own cache keeps compiled code alone: 22 starts its TypeScript parser, a WebAssembly module, for each start, which took half of it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Beside the code that it is made of, never in a folder that others may write to (Node's default is one in /tmp), though it be named
 * by NODE_COMPILE_CACHE: it runs as the code does. Where it cannot be written there is none, which only takes longer.
 */
const OWN_FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/sazabi', import.meta.url));
const NAMED_FOLDER = process.env.NODE_COMPILE_CACHE;
const FOLDER = NAMED_FOLDER !== undefined && isOurs(NAMED_FOLDER) ? NAMED_FOLDER : OWN_FOLDER;
const FILE = join(FOLDER, 'without-types.json');

if (process.env.NODE_DISABLE_COMPILE_CACHE === undefined && module.registerHooks !== undefined) {
  module.enableCompileCache?.(FOLDER);
  keepWithoutTypes();
}

function keepWithoutTypes() {
  const kept = readKept();
  let isChanged = false;
  module.registerHooks({
    load(url, context, next) {
      if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
      const source = readFileSync(fileURLToPath(url), 'utf8');
      let [ofSource, code] = kept[url] ?? [];
      if (ofSource !== source || typeof code !== 'string') {
        code = withoutTypes(source);
        kept[url] = [source, code];
        isChanged = true;
      }
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
  process.on('exit', () => {
    if (isChanged) write(kept);
  });
}

/** A folder of this user's that nobody else may write to. @param {string} folder */
function isOurs(folder) {
  try {
    const found = statSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** By address of a file: what it was, and that without types. @returns {Record<string, [source: string, code: string]>} */
function readKept() {
  try {
    const kept = JSON.parse(readFileSync(FILE, 'utf8'));
    return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

/** As Node itself does it, without its warning that the function is new. @param {string} source */
function withoutTypes(source) {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return module.stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Whole or not at all: others may start at the same time. Of files that are gone nothing is kept. @param {Record<string, unknown>} kept */
function write(kept) {
  const next = `${FILE}.${process.pid}`;
  const ofFiles = Object.entries(kept).filter(([url]) => existsSync(fileURLToPath(url)));
  try {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(next, JSON.stringify(Object.fromEntries(ofFiles)));
    renameSync(next, FILE);
  } catch {
    // There is none then.
    rmSync(next, { force: true });
  }
}
