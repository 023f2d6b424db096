// OpenTelemetry Collectors with an OTLP/HTTP receiver and four ways of going on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import { startFloor } from './floors.ts';
import { buildGoProgram, goVersion } from './go-program.ts';
import type { LeftOut, Peer } from './peer.ts';
import { startServer } from './server-process.ts';

interface Form {
  readonly id: Peer['id'];
  readonly name: string;
  readonly acknowledgement: string;
  readonly settleMs: number;
  /** The queue's kind of write; none where there is no queue. */
  readonly queue?: { readonly fsync: boolean };
  readonly batches?: true;
}

const FORMS: readonly Form[] = [
  { id: 'otelcol-nop', name: 'otelcol, nop exporter', acknowledgement: 'parsed, nothing kept', settleMs: 1000 },
  {
    id: 'otelcol-batch',
    name: 'otelcol, batch processor',
    acknowledgement: 'in memory',
    settleMs: 1000,
    batches: true,
  },
  {
    id: 'otelcol-queue',
    name: 'otelcol, queue on disk',
    acknowledgement: 'written to a file without fsync: survives a kill, not a power cut',
    settleMs: 4000,
    queue: { fsync: false },
  },
  {
    id: 'otelcol-queue-fsync',
    name: 'otelcol, queue on disk with fsync',
    acknowledgement: 'fsynced, each request by itself',
    settleMs: 4000,
    queue: { fsync: true },
  },
];

export function findOtelcols(say: (line: string) => void): readonly (Peer | LeftOut)[] {
  const built = buildGoProgram({ name: 'otelcol', package: '.' }, say);
  if ('reason' in built) return [{ name: 'OpenTelemetry Collector', reason: built.reason }];
  return FORMS.map((form) => collector(form, built.path));
}

function collector(form: Form, program: string): Peer {
  return {
    ...form,
    version: goVersion('otelcol', 'go.opentelemetry.io/collector/otelcol').replace(/^v/, ''),
    async start(folder) {
      const port = await chooseFreePort('127.0.0.1');
      // A queue must drain into something, which is not billed.
      const sink = form.queue === undefined ? null : await startFloor('read');
      const configuration = join(folder, 'otelcol.yaml');
      mkdirSync(join(folder, 'queue'));
      writeFileSync(configuration, configurationOf(form, folder, port, sink?.url ?? ''));
      const url = `http://127.0.0.1:${port}/v1/logs`;
      try {
        const server = await startServer(program, ['--config', configuration], folder, url);
        return {
          ...server,
          url: () => url,
          headers: () => ({}),
          settled: async () => undefined,
          async stop() {
            await server.stop();
            await sink?.stop();
          },
        };
      } catch (error) {
        await sink?.stop();
        throw error;
      }
    },
  };
}

/** JSON is YAML. A queue of 20 000 requests; once it is full, requests are refused with 503. */
function configurationOf(form: Form, folder: string, port: number, sinkUrl: string): string {
  const storage = form.queue && { file_storage: { directory: join(folder, 'queue'), fsync: form.queue.fsync } };
  const queued = {
    logs_endpoint: sinkUrl,
    compression: 'none',
    sending_queue: { storage: 'file_storage', sizer: 'requests', queue_size: 20_000, num_consumers: 10 },
  };
  const exporters = form.queue ? { otlp_http: queued } : { nop: {} };
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: form.batches ? { batch: {} } : {},
    exporters,
    extensions: storage ?? {},
    service: {
      telemetry: { logs: { level: 'error' }, metrics: { level: 'none' } },
      extensions: Object.keys(storage ?? {}),
      pipelines: {
        logs: { receivers: ['otlp'], processors: form.batches ? ['batch'] : [], exporters: Object.keys(exporters) },
      },
    },
  });
}
