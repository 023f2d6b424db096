// The tests of whole processes, in two projects: all of them on embedded parts, and test/e2e once more on Kafka and PostgreSQL.
import { kafkaIsMissing } from '@sazabi/test-parts';
import { defineConfig } from 'vitest/config';
import base from '../infra/dev/vitest.config.ts';

const withoutKafka = await kafkaIsMissing();
/** Tests of a cluster, which stands on a broker. */
const CLUSTER = ['soak/**', 'fault/{broker,store,postgres}-gone.test.ts', 'fault/{consumer-killed,poison}.test.ts'];

export default defineConfig({
  test: {
    ...base.test,
    projects: [
      // test/parts is a package of its own.
      {
        extends: false,
        test: {
          ...base.test,
          name: 'embedded',
          exclude: ['**/node_modules/**', 'parts/**', ...(withoutKafka ? CLUSTER : [])],
        },
      },
      {
        extends: false,
        test: {
          ...base.test,
          name: 'real',
          include: withoutKafka ? [] : ['e2e/**/*.test.ts'],
          env: { TEST_SYSTEM: 'real' },
          globalSetup: ['support/real-parts.ts'],
        },
      },
    ],
  },
});
