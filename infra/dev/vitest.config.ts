// The one test configuration; every package runs `vitest run --config` with it from its own folder.
import { defineConfig } from 'vitest/config';
import { filesWithoutKafka } from './needs-kafka.ts';

export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(await filesWithoutKafka(process.cwd()))],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A condition is waited for this long unless the test says otherwise: generous, for shared machines pause processes for seconds.
    expect: { poll: { timeout: 15_000 } },
    // Two files at a time: the machines this runs on have two cores, and integration tests start real engines.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: '.test-report/vitest.json' }]],
  },
});
