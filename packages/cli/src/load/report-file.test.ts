import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeReportFile } from './report-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes an empty file, as a load that was killed leaves it, and no other that is there', () => {
  const path = join(folder, 'report.html');
  writeFileSync(path, '');
  expect(makeReportFile(path).write('<p>')).toBe(null);
  expect(readFileSync(path, 'utf8')).toBe('<p>');
  expect(() => makeReportFile(path)).toThrow('is there already');
});
