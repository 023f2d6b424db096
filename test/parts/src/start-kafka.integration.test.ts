// What a test may do to a broker, however it runs: SAZABI_TEST_PARTS=containers runs the same with containers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerAnswers } from './broker-answers.ts';
import { startKafka } from './start-kafka.ts';
import type { TestKafka } from './test-part.ts';

describe('Kafka', () => {
  let server: TestKafka;
  beforeAll(async () => {
    server = await startKafka();
  });
  afterAll(() => server?.remove());

  it('has its address again after a kill, and answers nothing while it is paused', async () => {
    expect(await brokerAnswers(server.broker)).toBe(true);
    await server.pause();
    await expect(brokerAnswers(server.broker)).rejects.toThrow();
    await server.resume();
    await server.kill();
    await expect(brokerAnswers(server.broker)).rejects.toThrow();
    await server.start();
    expect(await brokerAnswers(server.broker)).toBe(true);
  });
});
