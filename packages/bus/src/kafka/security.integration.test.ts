// TLS and SASL: taken with the right settings, and refused in one clear line that holds no secret.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chooseFreePort, startKafkaProcess, type TestKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BusError } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { kafkaSettings } from './testing/settings.ts';

const run = promisify(execFile);
const STORE_PASSWORD = 'store-password';
const USER = 'sazabi';
const PASSWORD = `right-${randomUUID()}`;

let folder: string;
let kafka: TestKafka;
let url: string;
let plainUrl: string;
let authority: string;
let strangersAuthority: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-tls-'));
  authority = await makeCertificate('broker');
  strangersAuthority = await makeCertificate('stranger');
  const [port, securePort, controllerPort] = [await chooseFreePort(), await chooseFreePort(), await chooseFreePort()];
  kafka = await startKafkaProcess({
    port,
    properties: {
      listeners: `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
      'listener.name.secure.ssl.keystore.type': 'PKCS12',
      'listener.name.secure.ssl.keystore.location': join(folder, 'broker.p12'),
      'listener.name.secure.ssl.keystore.password': STORE_PASSWORD,
    },
  });
  url = `kafka://127.0.0.1:${securePort}`;
  plainUrl = kafka.url;
});
afterAll(async () => {
  await kafka.remove();
  await rm(folder, { recursive: true });
});

/** A self-signed certificate of 127.0.0.1, by the Java that runs the broker; its PEM text. */
async function makeCertificate(name: string): Promise<string> {
  const store = ['-keystore', join(folder, `${name}.p12`), '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', `CN=${name}`, '-ext', 'san=ip:127.0.0.1'];
  const file = join(folder, `${name}.pem`);
  await run('keytool', ['-genkeypair', ...store, ...key, '-alias', name, '-validity', '2']);
  await run('keytool', ['-exportcert', ...store, '-alias', name, '-rfc', '-file', file]);
  return await readFile(file, 'utf8');
}

function secured(changes: Partial<KafkaSettings>): KafkaSettings {
  return kafkaSettings(`secure-${randomUUID()}`, {
    tls: { ca: authority, client: null },
    sasl: { mechanism: 'plain', username: USER, password: PASSWORD },
    ...changes,
  });
}

/** What opening a part fails with. */
async function refusal(settings: KafkaSettings, at = url): Promise<string> {
  const bus = openBus(at, { kafka: settings });
  try {
    const error = await bus.consumer().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof BusError)) throw new Error(`no BusError but ${error}`);
    expect(error.failure).toBe('unavailable');
    expect(error.message).not.toMatch(/\n/);
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/right-|wrong-/);
    return error.message;
  } finally {
    await bus.close();
  }
}

it('appends and reads over TLS as a user with a password', async () => {
  const bus = openBus(url, { kafka: secured({}) });
  await (await bus.producer()).append(0, { headers: new Map(), value: Buffer.from('secret') });
  const records = await (await bus.reader()).read(0, 0, { bytesMax: 1000, recordsMax: 1, waitMs: 15_000 });
  expect(records.map(({ value }) => Buffer.from(value).toString())).toEqual(['secret']);
  await bus.close();
});

it('a wrong password', async () => {
  const sasl = { mechanism: 'plain', username: USER, password: `wrong-${randomUUID()}` } as const;
  expect(await refusal(secured({ sasl }))).toMatch(
    /^Kafka at 127\.0\.0\.1:\d+ refused the user or the password \(KAFKA_SASL_\*\)/,
  );
});

it('a mechanism that the broker does not offer', async () => {
  const sasl = { mechanism: 'scram-sha-512', username: USER, password: PASSWORD } as const;
  expect(await refusal(secured({ sasl }))).toMatch(
    /refused the user or the password \(KAFKA_SASL_\*\): UNSUPPORTED_SASL_MECHANISM/,
  );
});

it('a certificate of another authority', async () => {
  expect(await refusal(secured({ tls: { ca: strangersAuthority, client: null } }))).toMatch(
    /^Kafka at 127\.0\.0\.1:\d+ could not be trusted \(KAFKA_TLS_\*\)/,
  );
  expect(await refusal(secured({ tls: { ca: null, client: null } }))).toMatch(/could not be trusted/);
});

it('TLS where the broker has none, and none where it has', async () => {
  expect(await refusal(secured({ sasl: null }), plainUrl)).toMatch(/TLS/);
  expect(await refusal(secured({ tls: null }))).toMatch(/KAFKA_TLS/);
});
