// For tests: a cluster of two shards without replicas, each an engine of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomCredentials } from './config/credentials.ts';
import { freePort } from './free-port.ts';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './start.ts';

export interface TestCluster {
  readonly name: string;
  /** In the cluster's order; each as it runs now. */
  readonly engines: readonly EmbeddedClickHouse[];
  /** Starts one more engine that knows the cluster and is none of its shards. */
  startOutsider(): Promise<EmbeddedClickHouse>;
  /** Ends an engine with SIGKILL. */
  kill(shard: number): Promise<void>;
  /** Starts it again where it was. */
  restart(shard: number): Promise<void>;
  close(): Promise<void>;
}

const SHARDS = 2;

/** Starts the engines; their tables are not made. */
export async function startTestCluster(name = 'two_shards'): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'sazabi-cluster-'));
  const credentials = randomCredentials();
  const shardTcpPorts: number[] = [];
  for (let shard = 0; shard < SHARDS; shard++) shardTcpPorts.push(await freePort(0));
  const startEngine = (engine: string, tcpPort: number, port: number) =>
    startEmbeddedClickHouse({
      dataDir: join(folder, engine),
      port,
      credentials,
      cluster: { name, tcpPort, shardTcpPorts },
    });
  const start = (shard: number, port = 0) => startEngine(`shard-${shard}`, shardTcpPorts[shard] ?? 0, port);
  const outsiders: EmbeddedClickHouse[] = [];
  const engines = await Promise.all(shardTcpPorts.map((_, shard) => start(shard)));
  const engineOf = (shard: number): EmbeddedClickHouse => {
    const engine = engines[shard];
    if (engine === undefined) throw new RangeError(`there is no shard ${shard}`);
    return engine;
  };
  return {
    name,
    engines,
    startOutsider: async () => {
      const outsider = await startEngine(`outsider-${outsiders.length}`, await freePort(0), 0);
      outsiders.push(outsider);
      return outsider;
    },
    kill: async (shard) => {
      const engine = engineOf(shard);
      process.kill(engine.pid, 'SIGKILL');
      await engine.died;
    },
    restart: async (shard) => {
      engines[shard] = await start(shard, engineOf(shard).port);
    },
    close: async () => {
      await Promise.all([...engines, ...outsiders].map((engine) => engine.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
