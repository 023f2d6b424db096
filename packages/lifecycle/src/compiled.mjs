// Keeps what a start made of the code for the next one: without types, and compiled. Plain JavaScript, loaded before any TypeScript: what
// is imported beside it is loaded before it runs, so a main imports the rest by `import()`.
// Node's own cache keeps compiled code alone: 22 starts its TypeScript parser, a WebAssembly module, for each start, which took half of it.
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Beside the code that it is made of. Code without types is never taken from a folder that others may write to (Node's default is one in
 * /tmp), though it be named by NODE_COMPILE_CACHE: it runs as the code does. Where it cannot be written there is none, which only takes longer.
 */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const OWN_FOLDER = join(ROOT, 'node_modules/.cache/sazabi');
const NAMED_FOLDER = process.env.NODE_COMPILE_CACHE;
const FOLDER = NAMED_FOLDER !== undefined && isOurs(NAMED_FOLDER) ? NAMED_FOLDER : OWN_FOLDER;
/** A file for each program: several start at a time, and the last to write would have it all. */
const PROGRAM = relative(ROOT, process.argv[1] ?? ROOT)
  .replaceAll(/[^\w.]+/g, '-')
  .slice(-100);
const FILE = join(FOLDER, `without-types-${PROGRAM}.json`);

/** By address of a file: the hash of what it was, and that without types. @type {Record<string, readonly [source: string, code: string]>} */
let kept = {};
let isChanged = false;

if (process.env.NODE_DISABLE_COMPILE_CACHE === undefined && module.registerHooks !== undefined) {
  module.enableCompileCache?.(FOLDER);
  kept = readKept();
  module.registerHooks({ load });
  process.on('exit', write);
}

export function keepCompiled() {
  write();
  module.flushCompileCache?.();
}

/** @type {import('node:module').LoadHookSync} */
function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const source = readFileSync(fileURLToPath(url), 'utf8');
  const ofSource = hash('sha256', source);
  const known = kept[url];
  if (known?.[0] === ofSource) return { format: 'module', source: known[1], shortCircuit: true };
  const code = withoutTypes(source, url);
  kept[url] = [ofSource, code];
  isChanged = true;
  return { format: 'module', source: code, shortCircuit: true };
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

function readKept() {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(readFileSync(FILE, 'utf8'))).filter(isKept));
  } catch {
    return {};
  }
}

/** @param {[url: string, value: unknown]} entry */
function isKept([url, value]) {
  return url.startsWith('file:///') && Array.isArray(value) && value.every((part) => typeof part === 'string');
}

/** As Node itself does it, without its warning that the function is new. @param {string} source @param {string} sourceUrl named by an error */
function withoutTypes(source, sourceUrl) {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return module.stripTypeScriptTypes(source, { sourceUrl });
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Whole or not at all: others may start at the same time. Of files that are gone nothing is kept. Never throws. */
function write() {
  if (!isChanged) return;
  isChanged = false;
  const next = `${FILE}.${process.pid}`;
  try {
    const ofFiles = Object.entries(kept).filter(([url]) => existsSync(fileURLToPath(url)));
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(next, JSON.stringify(Object.fromEntries(ofFiles)));
    renameSync(next, FILE);
  } catch {
    // There is none then.
    remove(next);
  }
}

/** @param {string} file */
function remove(file) {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where it could not be made either.
  }
}
