// The tests of whole processes, in two projects: all of them on embedded parts, and test/e2e once more on Kafka and PostgreSQL.

import base from '@sazabi/infra/vitest';
import { kafkaIsMissing } from '@sazabi/test-parts/kafka-is-missing';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    ...base.test,
    projects: [
      // test/parts is a package of its own, the others are those of vitest.answers.config.ts.
      {
        extends: false,
        test: {
          ...base.test,
          name: 'embedded',
          exclude: [...(base.test?.exclude ?? []), 'parts/**', 'contract/**', 'isolation/**', 'openapi/**'],
        },
      },
      {
        extends: false,
        test: {
          ...base.test,
          name: 'real',
          include: (await kafkaIsMissing()) ? [] : ['e2e/**/*.test.ts'],
          // Nothing in them depends on the parts: they are about ports, folders, settings and signals, and start embedded systems.
          exclude: [...(base.test?.exclude ?? []), 'e2e/second-start.test.ts', 'e2e/stop-alone.test.ts'],
          env: { TEST_SYSTEM: 'real' },
          globalSetup: ['support/real-parts.ts'],
        },
      },
    ],
  },
});
