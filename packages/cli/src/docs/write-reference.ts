// Writes docs/cli anew: node packages/cli/src/docs/write-reference.ts
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { referencePages } from './reference.ts';

const FOLDER = new URL('../../../../docs/cli/', import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const file of readdirSync(FOLDER)) rmSync(new URL(file, FOLDER));
for (const { file, text } of await referencePages()) writeFileSync(new URL(file, FOLDER), text);
