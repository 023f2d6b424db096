// The tests that ask one system and judge its answers, none by the clock: they run one after the other, beside the tests of whole
// processes (vitest.config.ts), which wait for much of their time.

import base from '@sazabi/infra/vitest';
import { defineConfig } from 'vitest/config';
import { pythonIsMissing } from './openapi/python.ts';

export default defineConfig({
  test: {
    ...base.test,
    maxWorkers: 1,
    reporters: ['default', ['json', { outputFile: '.test-report/answers.json' }]],
    projects: [
      {
        extends: false,
        test: {
          ...base.test,
          maxWorkers: 1,
          name: 'contract',
          include: ['contract/**/*.test.ts'],
          globalSetup: ['contract/support/shared-system.ts'],
        },
      },
      {
        extends: false,
        test: {
          ...base.test,
          maxWorkers: 1,
          name: 'random',
          include: ['isolation/**/*.test.ts', ...(pythonIsMissing() ? [] : ['openapi/**/*.test.ts'])],
        },
      },
    ],
  },
});
