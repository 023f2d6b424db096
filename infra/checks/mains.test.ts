// What a service's main imports beside what keeps its code is loaded before that runs, and is not kept.
import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pathOf, readText } from './files.ts';

it.each(globSync('services/*/src/main.ts', { cwd: pathOf('.') }))(
  '%s imports one thing, all else by import()',
  (file) => {
    expect(readText(file).match(/^import .*/gm)).toEqual([
      "import { keepCompiled } from '@sazabi/lifecycle/compiled';",
    ]);
  },
);
