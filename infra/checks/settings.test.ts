// docs/settings.md has every variable of every service, by whom it is read, and what it is where it is unset; the two public addresses.
import { expect, it } from 'vitest';
import { readText } from './files.ts';
import { READERS, SETTINGS, settingDefaults } from './settings.ts';

interface Row {
  readonly name: string;
  readonly readers: readonly string[];
  readonly standard: string;
}

const rows: readonly Row[] = [
  ...readText('docs/settings.md').matchAll(/^\| `([A-Z_]+)` +\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm),
].map(([, name = '', readers = '', standard = '']) => ({
  name,
  readers: readers.trim().split(', '),
  standard: standard.trim(),
}));

it.each(READERS)('has the variables of %s, and no other', (reader) => {
  const documented = rows.filter(({ readers }) => readers.includes(reader)).map(({ name }) => name);
  expect(documented.toSorted()).toEqual([...SETTINGS[reader]].toSorted());
});

it('has each variable once, read by somebody we know', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { readers } of rows) expect(READERS).toEqual(expect.arrayContaining([...readers]));
});

it('has the defaults', () => {
  const standards = new Map(rows.map(({ name, standard }) => [name, standard]));
  for (const [name, value] of settingDefaults()) expect([name, standards.get(name)]).toEqual([name, `\`${value}\``]);
});

it.each([
  'infra/docker-compose.yml',
  'infra/kubernetes/base/config.yaml',
  'infra/kubernetes/example/kustomization.yaml',
])('%s says where clients reach both public ports', (path) => {
  for (const name of ['API_PUBLIC_URL', 'INTAKE_PUBLIC_URL']) expect(readText(path)).toContain(`${name}: `);
});
