// Every metric that an alert or the dashboard asks for is one that a service tells: the real ones, on Kafka, are asked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as runConsumer } from '@sazabi/consumer';
import { parseConfig as consumerConfig } from '@sazabi/consumer/config';
import { copyControlStore } from '@sazabi/control-db/testing';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { run as runIntake } from '@sazabi/intake';
import { parseConfig as intakeConfig } from '@sazabi/intake/config';
import { run as runApi } from '@sazabi/query-api';
import { parseConfig as apiConfig } from '@sazabi/query-api/config';
import { startKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { readDashboard, readRules } from './monitoring-files.ts';
import { readPromQuery } from './promql.ts';

const closers: (() => Promise<void> | void)[] = [];
let told: ReadonlySet<string>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-metrics-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  await copyControlStore(folder);
  const kafka = await startKafka();
  closers.push(() => kafka.remove());
  const engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
  closers.push(() => engine.stop());
  const environment = {
    SAZABI_DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    BUS_URL: kafka.url,
    KAFKA_PARTITIONS: '2',
    CLICKHOUSE_URL: engine.appUrl,
    CLICKHOUSE_READER_URL: engine.readerUrl,
    ...Object.fromEntries(
      ['INTAKE_PORT', 'INTAKE_INTERNAL_PORT', 'CONSUMER_INTERNAL_PORT', 'API_PORT', 'INTERNAL_PORT'].map((name) => [
        name,
        '0',
      ]),
    ),
  };
  const api = await runApi(apiConfig(environment));
  closers.push(() => api.close());
  const intake = await runIntake(intakeConfig({ ...environment, KEY_FEED_URL: api.internalUrl }));
  closers.push(() => intake.close());
  const consumer = await runConsumer(consumerConfig(environment));
  closers.push(() => consumer.close());
  told = new Set((await Promise.all([api, intake, consumer].map((service) => namesOf(service.details)))).flat());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it.each(readRules().map(({ alert, expr }) => [alert, expr]))('%s asks for what is told', (_, expr = '') => {
  for (const name of readPromQuery(expr).metrics) expect(told).toContain(name);
});

it.each(readDashboard().panels.map(({ title, targets }) => [title, targets] as const))(
  '“%s” asks for what is told',
  (_, targets) => {
    for (const name of targets.flatMap(({ expr }) => readPromQuery(expr).metrics)) expect(told).toContain(name);
  },
);

/** From the TYPE lines: those of metrics with labels are there before the first value is. */
async function namesOf(details: unknown): Promise<readonly string[]> {
  const { internalUrl } = z.object({ internalUrl: z.string() }).parse(details);
  const text = await (await fetch(`${internalUrl}/metrics`)).text();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}
