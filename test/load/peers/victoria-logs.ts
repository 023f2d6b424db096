// VictoriaLogs, the one peer that also stores logs so that they can be queried.
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import { buildGoProgram, goVersion } from './go-program.ts';
import type { LeftOut, Peer } from './peer.ts';
import { startServer } from './server-process.ts';

const MODULE = 'github.com/VictoriaMetrics/VictoriaLogs';

export function findVictoriaLogs(say: (line: string) => void): Peer | LeftOut {
  const built = buildGoProgram({ name: 'victoria-logs', package: `${MODULE}/app/victoria-logs` }, say);
  if ('reason' in built) return { name: 'VictoriaLogs', reason: built.reason };
  return {
    id: 'victoria-logs',
    name: 'VictoriaLogs',
    version: goVersion('victoria-logs', MODULE).replace(/^v/, ''),
    acknowledgement: 'rows in memory; on disk within 5 s (its default)',
    // Its rows reach the disk after 5 s, then parts are merged.
    settleMs: 8000,
    async start(folder) {
      const port = await chooseFreePort('127.0.0.1');
      const base = `http://127.0.0.1:${port}`;
      const parameters = [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${join(folder, 'data')}`];
      const server = await startServer(built.path, [...parameters, '-loggerLevel=WARN'], folder, `${base}/health`);
      return {
        ...server,
        url: (encoding) =>
          encoding === 'otlp-proto'
            ? `${base}/insert/opentelemetry/v1/logs`
            : `${base}/insert/jsonline?_stream_fields=service&_time_field=timestamp&_msg_field=message`,
        headers: () => ({}),
        settled: async () => undefined,
      };
    },
  };
}
