import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { StartupError } from '@sazabi/lifecycle';
import { afterAll, describe, expect, it } from 'vitest';
import { describeControlDb } from '../control-db-suite.ts';
import { readFeedState, readKeySnapshot } from '../key-changes.ts';
import { describeKeyVerbs } from '../key-verbs-suite.ts';
import { openControlDb } from '../open-control-db.ts';
import { describeOrganizations } from '../organization-suite.ts';
import { describeProjects } from '../project-suite.ts';
import { copyControlStore } from '../testing/store-template.ts';
import { describeUsage } from '../usage-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'control-db-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeControlDb('the control store on PGlite', () => openControlDb(`pglite:${join(folder, 'suite')}`));
/** A store that begins as a copy: making one is what the first suite does. */
async function copyOf(name: string): Promise<string> {
  const home = join(folder, name);
  await copyControlStore(home);
  return join(home, 'control');
}
const openCopy = async (name: string) => openControlDb(`pglite:${await copyOf(name)}`);
describeKeyVerbs('keys on PGlite', () => openCopy('keys'));
describeOrganizations('organizations on PGlite', () => openCopy('organizations'));
describeProjects('projects on PGlite', () => openCopy('projects'));
describeUsage('usage on PGlite', () => openCopy('usage'));

const KILLS = 5;
const PACKAGE_DOOR = join(import.meta.dirname, '..', 'index.ts');

/** A process that makes keys as fast as it can and says each id once it is committed. */
function startWriter(home: string) {
  const source = `
    import { bootstrap, createKey, PUBLIC_KEYS, openControlDb, readKeySnapshot } from ${JSON.stringify(PACKAGE_DOOR)};
    const db = await openControlDb('pglite:' + ${JSON.stringify(home)});
    await bootstrap(db);
    const { organizationId, projectId } = (await readKeySnapshot(db.orm, Date.now())).entries[0];
    for (;;) {
      const { row } = await createKey(PUBLIC_KEYS, db.orm, organizationId, { name: 'x', projectId }, { type: 'operator' });
      process.stdout.write(row.id + '\\n');
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('the folder of a PGlite store', () => {
  it(`loses nothing that was committed, by ${KILLS} kill -9 in a row, and opens again at once`, async () => {
    const home = await copyOf('killed');
    const committed: string[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const writer = startWriter(home);
      const enough = committed.length + 5 + Math.floor(Math.random() * 30);
      for await (const id of createInterface(writer.stdout)) {
        committed.push(id);
        if (committed.length === enough) writer.kill('SIGKILL');
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
      expect(writer.signalCode).toBe('SIGKILL');
    }
    const db = await openControlDb(`pglite:${home}`);
    const { entries, seq } = await readKeySnapshot(db.orm, Date.now());
    const stored = new Set(entries.map(({ keyId }) => keyId));
    expect(committed.filter((id) => !stored.has(id))).toEqual([]);
    // The one key of the first start, and no change without its key.
    expect(seq).toBe(entries.length);
    await db.close();
  }, 120_000);

  it('is had by one process at a time, and says so in one line', async () => {
    const home = await copyOf('shared');
    const first = await openControlDb(`pglite:${home}`);
    const second = openControlDb(`pglite:${home}`);
    await expect(second).rejects.toThrow(StartupError);
    await expect(second).rejects.toThrow(/^The control store in .* is in use by another process: .*$/);
    await first.close();
    const again = await openControlDb(`pglite:${home}`);
    await again.close();
  });

  it('is readable by its owner alone', async () => {
    expect(statSync(join(folder, 'suite')).mode & 0o077).toBe(0);
  });

  it('begins anew after a first start that was killed half way', async () => {
    const home = join(folder, 'half');
    mkdirSync(join(home, 'postgres'), { recursive: true });
    writeFileSync(join(home, 'postgres', 'PG_VERSION'), '18\n');
    writeFileSync(join(home, 'initialising'), '');
    const db = await openControlDb(`pglite:${home}`);
    expect((await readFeedState(db.orm)).seq).toBe(0);
    expect(existsSync(join(home, 'initialising'))).toBe(false);
    await db.close();
  });

  it('says in one line when it is damaged or no folder', async () => {
    const damaged = join(folder, 'damaged');
    mkdirSync(join(damaged, 'postgres'), { recursive: true });
    writeFileSync(join(damaged, 'postgres', 'PG_VERSION'), 'nonsense');
    await expect(openControlDb(`pglite:${damaged}`)).rejects.toThrow(/^The control store in .* does not open/);
    writeFileSync(join(folder, 'file'), '');
    await expect(openControlDb(`pglite:${join(folder, 'file')}`)).rejects.toThrow(/cannot be used/);
    await expect(openControlDb('mysql://x')).rejects.toThrow(/^DATABASE_URL is not understood/);
  });
});
