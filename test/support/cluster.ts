// Several of everything, each a process of its own: intakes, consumers and APIs on a real broker, a real Postgres and one engine.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, openBus } from '@sazabi/bus';
import { generateKey } from '@sazabi/keys';
import { busOf, busSettings } from '@sazabi/lifecycle';
import { startKafka, startPostgres, type TestKafka, type TestPostgres } from '@sazabi/test-parts';
import { z } from 'zod';
import { type ApiProcess, createServices, type IntakeProcess, type Services } from './cluster-services.ts';
import type { ServiceProcess, Victim } from './service-process.ts';
import { type StoreProcess, startStore } from './store-process.ts';

const INTERNAL_TOKEN = 'token-of-a-test-cluster-0123456789abcdef';
/** The least that a broker takes: what is to be shown is what happens after it. */
export const SESSION_TIMEOUT_MS = 6_000;

export interface ClusterOptions {
  /** 1 of each unless given. */
  readonly intakes?: number;
  readonly consumers?: number;
  readonly apis?: number;
  /** Settings for every service; they win over the cluster's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Cluster {
  readonly publicKey: string;
  readonly secretKey: string;
  readonly intakes: readonly IntakeProcess[];
  readonly consumers: readonly ServiceProcess[];
  readonly apis: readonly ApiProcess[];
  readonly broker: Victim;
  readonly postgres: Victim;
  readonly store: StoreProcess;
  /** The bus of its services, to be closed by the caller. */
  openBus(): Bus;
  /** What each process wrote, a file each. */
  readonly logs: string;
  /** ClickHouse with the consumer's user. */
  clickHouseUrl(): string;
  services(): readonly ServiceProcess[];
  victims(): readonly Victim[];
  /** One more, ready. */
  addConsumer(): Promise<ServiceProcess>;
  /** Resolves when every service is ready. */
  ready(deadlineMs?: number): Promise<void>;
  /** Stops all of it and deletes its folder; with `keepLogs` the logs stay. */
  remove(options?: { readonly keepLogs?: boolean }): Promise<void>;
}

/** What a removal ends, in reverse. */
type Ends = (() => Promise<unknown>)[];

/** Starts it and waits until every service is ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-cluster-'));
  const ends: Ends = [];
  const remove: Cluster['remove'] = async ({ keepLogs = false } = {}) => {
    for (const end of ends.splice(0).reverse()) await end();
    if (!keepLogs) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await build(folder, options, ends, remove);
    await cluster.ready();
    return cluster;
  } catch (error) {
    await remove({ keepLogs: true });
    throw error;
  }
}

async function build(folder: string, options: ClusterOptions, ends: Ends, remove: Cluster['remove']): Promise<Cluster> {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const { kafka, postgres, store } = await startParts(folder, ends);
  const keys = { publicKey: generateKey('public', 'live'), secretKey: generateKey('secret', 'live') };
  const environment = {
    PATH: process.env.PATH ?? '',
    INTERNAL_TOKEN,
    BUS_URL: kafka.url,
    KAFKA_SESSION_TIMEOUT_SECONDS: String(SESSION_TIMEOUT_MS / 1000),
    ...options.environment,
  };
  const start = createServices({
    folder,
    logs,
    ...keys,
    internalToken: INTERNAL_TOKEN,
    clickHouse: store,
    databaseUrl: await postgres.createDatabase(),
    environment,
  });
  const { apis, consumers, intakes } = await startServices(start, options, ends);
  const services = () => [...intakes, ...consumers, ...apis];
  const parts = { broker: asVictim('broker', kafka), postgres: asVictim('postgres', postgres), store };
  return {
    ...keys,
    ...parts,
    intakes,
    consumers,
    apis,
    openBus: () => {
      const config = busOf(z.object(busSettings).parse(environment), folder);
      return openBus(config.url, config);
    },
    logs,
    clickHouseUrl: () => store.appUrl,
    services,
    victims: () => [...services(), ...Object.values(parts)],
    async addConsumer() {
      const consumer = await ending(start.consumer(consumers.length + 1), (service) => service.stop(), ends);
      consumers.push(consumer);
      await consumer.ready();
      return consumer;
    },
    ready: (deadlineMs) => Promise.all(services().map((service) => service.ready(deadlineMs))).then(() => undefined),
    remove,
  };
}

async function startParts(folder: string, ends: Ends) {
  const [kafka, postgres, store] = await Promise.all([
    ending(startKafka(), (part) => part.remove(), ends),
    ending(startPostgres(), (part) => part.remove(), ends),
    ending(startStore(join(folder, 'store')), (part) => part.stop(), ends),
  ]);
  return { kafka, postgres, store };
}

async function startServices(start: Services, options: ClusterOptions, ends: Ends) {
  const many = <T extends ServiceProcess>(count: number | undefined, make: (number: number) => Promise<T>) =>
    Promise.all(
      Array.from({ length: count ?? 1 }, (_, index) => ending(make(index + 1), (service) => service.stop(), ends)),
    );
  const apis = await many(options.apis, start.api);
  const consumers = await many(options.consumers, start.consumer);
  const intakes = await many(options.intakes, (number) => start.intake(number, apis));
  return { apis, consumers, intakes };
}

async function ending<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>, ends: Ends): Promise<T> {
  const started = await starting;
  ends.push(() => end(started));
  return started;
}

function asVictim(name: string, part: TestKafka | TestPostgres): Victim {
  return {
    name,
    kill: () => part.kill(),
    start: () => part.start(),
    pause: () => part.pause(),
    resume: () => part.resume(),
    pids: () => part.pids(),
  };
}
