// Which parts are looked at, by what lies in the folder and how old it is; what the engine makes of it is in the integration test.
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECENT_PARTS_MS, SET_ASIDE_KEPT_MS } from '../limits.ts';
import { temporaryFolder } from '../test-engine.ts';
import { setAsideBroken } from './set-aside.ts';

const NOW_MS = Date.UTC(2026, 5, 15, 12);

/** A table's folder in a data folder of its own. */
async function tableFolder() {
  const dataFolder = await temporaryFolder();
  const table = join(dataFolder, 'store', 'abc', 'abcdef');
  mkdirSync(table, { recursive: true });
  /** A part whose list was lost. */
  const brokenPart = (name: string, changedMs: number): string => {
    const path = join(table, name);
    mkdirSync(path);
    writeFileSync(join(path, 'checksums.txt'), '');
    utimesSync(path, changedMs / 1000, changedMs / 1000);
    return path;
  };
  return { dataFolder, table, brokenPart };
}

describe('setAsideBroken', () => {
  it('passes over what is no folder and a folder without tables', async () => {
    const { dataFolder, table, brokenPart } = await tableFolder();
    for (const stray of [join(dataFolder, 'store'), join(table, '..'), table])
      writeFileSync(join(stray, '.DS_Store'), '');
    writeFileSync(join(table, 'all_7_7_0'), '');
    symlinkSync(join(dataFolder, 'gone'), join(table, '..', 'gone'));
    symlinkSync(join(dataFolder, 'gone'), join(table, 'all_8_8_0'));
    const broken = brokenPart('all_1_1_0', NOW_MS);
    expect(setAsideBroken(dataFolder, NOW_MS)).toEqual([broken]);
    expect(existsSync(join(table, 'detached', 'not-whole_all_1_1_0', 'checksums.txt'))).toBe(true);
    expect(setAsideBroken(await temporaryFolder(), NOW_MS)).toEqual([]);
  });

  it('looks at parts of every name, and at none that is not done yet', async () => {
    const { dataFolder, brokenPart } = await tableFolder();
    // Of days, merged, and mutated as by a removal of rows.
    const found = ['20260615_1_1_0', '20260615_1_9_2', '20260615_1_9_2_11'].map((name) => brokenPart(name, NOW_MS));
    for (const name of ['tmp_merge_20260615_1_9_3', 'delete_tmp_20260615_1_1_0']) brokenPart(name, NOW_MS);
    expect(setAsideBroken(dataFolder, NOW_MS).toSorted()).toEqual(found);
  });

  it('sets aside a part under whose name another lies there already', async () => {
    const { dataFolder, brokenPart } = await tableFolder();
    for (let round = 0; round < 2; round += 1) {
      const broken = brokenPart('all_1_2_1', NOW_MS);
      expect(setAsideBroken(dataFolder, NOW_MS)).toEqual([broken]);
    }
  });

  it('throws where it cannot read', async () => {
    const { dataFolder, table } = await tableFolder();
    symlinkSync('loop', join(table, '..', 'loop'));
    expect(() => setAsideBroken(dataFolder, NOW_MS)).toThrow('ELOOP');
  });

  it('looks as far back from the youngest as sources may be there, and no further', async () => {
    const { dataFolder, brokenPart } = await tableFolder();
    const youngestMs = NOW_MS - 86_400_000;
    const found = [brokenPart('all_1_1_0', youngestMs), brokenPart('all_2_2_0', youngestMs - RECENT_PARTS_MS)];
    brokenPart('all_3_3_0', youngestMs - RECENT_PARTS_MS - 1_000);
    expect(setAsideBroken(dataFolder, NOW_MS).toSorted()).toEqual(found);
  });

  it('a part that is dated ahead is looked at and hides no other', async () => {
    const { dataFolder, brokenPart } = await tableFolder();
    const found = [brokenPart('all_1_1_0', NOW_MS + 86_400_000), brokenPart('all_2_2_0', NOW_MS)];
    expect(setAsideBroken(dataFolder, NOW_MS).toSorted()).toEqual(found);
  });

  it('removes what was set aside a day ago, however old the part is', async () => {
    const { dataFolder, table, brokenPart } = await tableFolder();
    brokenPart('all_1_1_0', NOW_MS - 7 * SET_ASIDE_KEPT_MS);
    setAsideBroken(dataFolder, NOW_MS);
    const aside = join(table, 'detached', 'not-whole_all_1_1_0');
    const own = join(table, 'detached', 'all_9_9_0');
    mkdirSync(own);
    utimesSync(own, 0, 0);
    setAsideBroken(dataFolder, NOW_MS + SET_ASIDE_KEPT_MS);
    expect(existsSync(aside)).toBe(true);
    setAsideBroken(dataFolder, NOW_MS + SET_ASIDE_KEPT_MS + 1_000);
    expect([existsSync(aside), existsSync(own)]).toEqual([false, true]);
  });
});
