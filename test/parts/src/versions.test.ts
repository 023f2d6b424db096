import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KAFKA_FOLDER } from './processes/kafka-jars.ts';
import { KAFKA_IMAGE, POSTGRES_IMAGE } from './versions.ts';

it('processes and containers are the same versions', () => {
  const pom = readFileSync(join(KAFKA_FOLDER, 'pom.xml'), 'utf8');
  const kafka = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>(.*?)<\/version>/.exec(pom)?.[1];
  expect(KAFKA_IMAGE).toBe(`apache/kafka:${kafka}`);
  const { optionalDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
  for (const version of Object.values(optionalDependencies))
    expect(POSTGRES_IMAGE).toBe(`postgres:${/^\d+\.\d+/.exec(String(version))?.[0]}`);
});
