// Rules of this service that no type can hold.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('I5: one place alone makes a scope of logs', () => {
  const makers = ['services', 'packages']
    .flatMap(sources)
    .filter((file) => !file.startsWith('packages/log-store/') && !file.endsWith('.test.ts'))
    .filter((file) => /\blogScope\b/.test(read(file).replaceAll(/\.logScope\b/g, '')));
  expect(makers).toEqual(['services/query-api/src/tenancy.ts']);
});

it('each route file has one verb, and says who may call it', () => {
  const routes = sources('services/query-api/src/routes').filter((file) => read(file).includes('app.route('));
  expect(routes.length).toBeGreaterThan(15);
  for (const file of routes) {
    expect(read(file).match(/app\.route\(/g), file).toHaveLength(1);
    expect(read(file), file).toMatch(/config: \{ access: '[a-z:]+' \}/);
  }
});
