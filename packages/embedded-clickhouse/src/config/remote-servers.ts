// The part of config.xml that makes the engine a shard of a cluster of such engines on this machine.
import { LISTEN_HOST } from '../limits.ts';
import type { EngineCredentials } from './credentials.ts';

export interface EngineCluster {
  /** A name that may stand as an XML element. */
  readonly name: string;
  /** Of this engine; one of `shardTcpPorts`, which is how it knows itself. */
  readonly tcpPort: number;
  /** In the order of the shards; all engines have the same credentials. */
  readonly shardTcpPorts: readonly number[];
}

/** Engines ask each other as `app`, whoever asked them. */
export function remoteServers({ name, tcpPort, shardTcpPorts }: EngineCluster, credentials: EngineCredentials): string {
  const shards = shardTcpPorts.map((port) => {
    const login = `<user>app</user><password>${credentials.appPassword}</password>`;
    return `      <shard><replica><host>${LISTEN_HOST}</host><port>${port}</port>${login}</replica></shard>`;
  });
  return `
  <tcp_port>${tcpPort}</tcp_port>
  <remote_servers>
    <${name}>
${shards.join('\n')}
    </${name}>
  </remote_servers>`;
}
