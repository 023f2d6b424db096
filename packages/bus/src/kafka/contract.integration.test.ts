// The bus on a real Kafka broker keeps the contract of every bus.
import { randomUUID } from 'node:crypto';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll } from 'vitest';
import { describeBusContract } from '../contract-suite.ts';
import { openBus } from '../open-bus.ts';
import { kafkaSettings } from './testing/settings.ts';

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka.remove());

describeBusContract('kafka', async () => {
  // Topics go with the broker.
  const settings = kafkaSettings(`contract-${randomUUID()}`);
  return { open: () => openBus(kafka.url, { kafka: settings }), remove: async () => undefined };
});
