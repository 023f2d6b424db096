// Parts that lack the end of a file, as a full disk leaves them: the engine is given what they were merged from, and whole ones stay.
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, run, startEngine, temporaryFolder } from '../test-engine.ts';
import { setAsideBroken } from './set-aside.ts';

const WIDE = 'min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0';
const COMPACT = 'min_bytes_for_wide_part = 1000000000';

/** What is lost of a merged part, by table: which of its files, and how much is left of them. */
const DAMAGE: Readonly<Record<string, { settings: string; files: RegExp; left: (size: number) => number }>> = {
  marks: { settings: WIDE, files: /mrk/, left: () => 0 },
  data: { settings: WIDE, files: /^text\.bin$/, left: (size) => size - 1 },
  compact: { settings: COMPACT, files: /^data\.bin$/, left: (size) => size - 1 },
  list: { settings: COMPACT, files: /^checksums\.txt$/, left: () => 0 },
  half_list: { settings: WIDE, files: /^checksums\.txt$/, left: (size) => Math.floor(size / 2) },
  columns: { settings: WIDE, files: /^columns\.txt$/, left: () => 0 },
  projection: { settings: WIDE, files: /^ids\.proj\/.*\.bin$/, left: (size) => size - 1 },
  all: { settings: WIDE, files: /./, left: () => 0 },
};
const TABLES = Object.keys(DAMAGE);
const WHOLE = 'whole';

it('a merged part that was not written whole gives way to its sources, a whole one stays, empty files that nothing is behind go', async () => {
  const dataDir = await temporaryFolder();
  const engine = await startEngine({ dataDir });
  const paths = new Map<string, string>();
  for (const table of [...TABLES, WHOLE]) {
    const settings = DAMAGE[table]?.settings ?? WIDE;
    await run(
      engine.appUrl,
      `CREATE TABLE ${table} (id UInt32, text String, PROJECTION ids (SELECT id, count() GROUP BY id))
ENGINE = MergeTree ORDER BY id SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1, ${settings}`,
    );
    for (const from of [0, 50])
      await run(engine.appUrl, `INSERT INTO ${table} SELECT number, toString(number) FROM numbers(${from}, 50)`);
    await run(engine.appUrl, `OPTIMIZE TABLE ${table} FINAL`);
    const query = `SELECT path FROM system.parts WHERE table = '${table}' AND active`;
    const [part] = await ask<{ path: string }>(engine.appUrl, query);
    paths.set(table, part?.path ?? '');
  }
  await run(engine.appUrl, `CREATE TABLE insert_check_1 AS ${WHOLE}`);
  const definition = `SELECT metadata_path AS path FROM system.tables WHERE name = 'insert_check_1'`;
  const [check] = await ask<{ path: string }>(engine.appUrl, definition);
  process.kill(engine.pid, 'SIGKILL');
  await engine.died;
  expect(setAsideBroken(join(dataDir, 'data'))).toEqual([]);

  for (const [table, { files, left }] of Object.entries(DAMAGE)) {
    const folder = paths.get(table) ?? '';
    const damaged = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => files.test(name));
    for (const name of damaged.map((file) => join(folder, file)).filter((file) => statSync(file).isFile()))
      truncateSync(name, left(statSync(name).size));
    expect(damaged.length).toBeGreaterThan(0);
  }
  writeFileSync(join(paths.get(WHOLE) ?? '', '..', 'mutation_99.txt'), '');
  truncateSync(join(dataDir, 'data', check?.path ?? ''), 0);
  const back = await startEngine({ dataDir });
  expect(back.setAside.length).toBe(TABLES.length + 2);
  expect(back.setAside).toEqual(expect.arrayContaining([expect.stringMatching(/mutation_99\.txt$/)]));
  const counts = TABLES.map(
    (table) => `SELECT '${table}' AS name, toUInt32(uniqExact(id, text)) AS rows FROM ${table}`,
  );
  expect(await ask(back.appUrl, `SELECT * FROM (${counts.join(' UNION ALL ')}) ORDER BY name`)).toEqual(
    TABLES.toSorted().map((name) => ({ name, rows: 100 })),
  );
  const parts = `SELECT table FROM system.parts WHERE active AND level = 1`;
  expect(await ask(back.appUrl, parts)).toEqual([{ table: WHOLE }]);
  const aside = `SELECT DISTINCT table FROM system.detached_parts WHERE startsWith(name, 'not-whole_') ORDER BY table`;
  expect(await ask(back.appUrl, aside)).toEqual(TABLES.toSorted().map((table) => ({ table })));
});
