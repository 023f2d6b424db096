// The part of config.xml that makes the engine a shard of a cluster of such engines on this machine.
import { LISTEN_HOST } from '../limits.ts';
import type { EngineCredentials } from './credentials.ts';

export interface EngineCluster {
  /** A name that may stand as an XML element. */
  readonly name: string;
  /** Of this engine; a shard's is one of `shardTcpPorts`, which is how it knows itself. */
  readonly tcpPort: number;
  /** In the order of the shards; all engines have the same credentials. */
  readonly shardTcpPorts: readonly number[];
}

/** By the common secret a query goes on to the other engines as the user who asked, with that user's grants and limits. */
export function remoteServers({ name, tcpPort, shardTcpPorts }: EngineCluster, credentials: EngineCredentials): string {
  const shards = shardTcpPorts.map((port) => {
    return `      <shard><replica><host>${LISTEN_HOST}</host><port>${port}</port></replica></shard>`;
  });
  return `
  <tcp_port>${tcpPort}</tcp_port>
  <remote_servers>
    <${name}>
      <secret>${credentials.appPassword}</secret>
${shards.join('\n')}
    </${name}>
  </remote_servers>`;
}
