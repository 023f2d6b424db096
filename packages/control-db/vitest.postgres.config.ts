// The tests that need a PostgreSQL server on the machine: `test:postgres`, not part of `test`.
import { defineConfig } from 'vitest/config';
import base from '../../infra/dev/vitest.config.ts';

export default defineConfig({ test: { ...base.test, include: ['**/*.postgres-test.ts'] } });
