// Every test that starts a broker or a database, once more with containers: `npm run test:containers` at the root.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import base from '@sazabi/infra/vitest';
import { defineConfig } from 'vitest/config';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = '{packages,services,test}/*/src/**/*.integration.test.ts';
/** `startKafkaProcess` does not count: such a test wants a process, on any machine. */
const STARTS_PARTS = /\b(startKafka|startPostgres)\(/;

const files = globSync(FILES, { cwd: ROOT }).filter((file) =>
  STARTS_PARTS.test(readFileSync(join(ROOT, file), 'utf8')),
);

export default defineConfig({
  test: {
    ...base.test,
    root: ROOT,
    reporters: ['verbose'],
    projects: [
      {
        extends: false,
        test: {
          ...base.test,
          name: 'parts',
          root: ROOT,
          include: files,
        },
      },
      {
        extends: false,
        test: {
          ...base.test,
          name: 'e2e',
          root: ROOT,
          include: ['test/e2e/**/*.test.ts'],
          env: { TEST_SYSTEM: 'real' },
          globalSetup: ['test/support/real-parts.ts'],
        },
      },
    ],
  },
});
