// The one test configuration; every package runs `vitest run --config` with it from its own folder.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two files at a time: the machines this runs on have two cores, and integration tests start real engines.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: '.test-report/vitest.json' }]],
  },
});
