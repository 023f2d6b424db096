// One broker and one PostgreSQL server for a vitest run; its test systems take their topics and databases there (system-parts.ts).
import { startKafka, startPostgres } from '@sazabi/test-parts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** `127.0.0.1:port` each; absent where systems run on embedded parts. */
    realParts: { readonly broker: string; readonly postgres: string };
  }
}

/** A vitest globalSetup; what it gives back ends both. */
export default async function startRealParts(project: TestProject): Promise<() => Promise<void>> {
  const [kafka, postgres] = await Promise.all([startKafka(), startPostgres()]);
  project.provide('realParts', { broker: kafka.broker, postgres: postgres.address });
  return async () => {
    await Promise.all([kafka.remove(), postgres.remove()]);
  };
}
