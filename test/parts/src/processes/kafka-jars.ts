// The broker's jars: copied by Maven once per pom.xml to a cache in node_modules.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JARS_DEADLINE_MS } from '../limits.ts';
import { waitFor } from '../wait-for.ts';
import { livingOf } from './process-tree.ts';

const run = promisify(execFile);

/** pom.xml, server.properties, log4j2.xml. */
export const KAFKA_FOLDER = fileURLToPath(new URL('../../../../infra/kafka', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/sazabi-kafka', import.meta.url));

/** The folder of jars. Several processes may ask at once: one copies, the others wait. @throws Error with what Maven says */
export async function kafkaJars(): Promise<string> {
  const pom = join(KAFKA_FOLDER, 'pom.xml');
  const jars = join(CACHE, createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12));
  mkdirSync(CACHE, { recursive: true });
  const lock = `${jars}.lock`;
  const copiedOrLocked = () => existsSync(jars) || takeLock(lock);
  await waitFor('another process has copied the jars of Kafka', copiedOrLocked, JARS_DEADLINE_MS);
  if (existsSync(jars)) return jars;
  const unfinished = mkdtempSync(`${jars}-`);
  try {
    const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`];
    await run('mvn', args, { timeout: JARS_DEADLINE_MS });
    renameSync(unfinished, jars);
    return jars;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

/** Whether it is ours now. That of a process that lives no more is taken away, for the next try. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (owner > 0 && livingOf([owner]).length === 0) rmSync(lock, { force: true });
    return false;
  }
}
