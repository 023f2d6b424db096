// The API's metrics; no label names a tenant, a project or a key.
import { Counter, createMetrics, Gauge, Histogram, type Registry } from '@sazabi/lifecycle';
import type { App } from './http/app.ts';
import type { KeyFeed } from './key-feed/key-feed.ts';

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Observed = Pick<KeyFeed, 'connectedIntakes' | 'liveReplicas' | 'controlStoreAnswers' | 'lostReports'>;

export function createApiMetrics(feed: Observed): { registry: Registry; observe(app: App): void } {
  const registry = createMetrics('query-api');
  const registers = [registry];
  const requests = new Counter({
    name: 'sazabi_api_requests_total',
    help: 'Answered requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sazabi_api_request_seconds',
    help: 'Time from a request’s headers to the end of its answer, by route.',
    labelNames: ['route'],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  new Counter({
    name: 'sazabi_api_usage_reports_lost_total',
    help: 'Reports of intakes on the use of keys that could not be written down.',
    registers,
    collect() {
      this.reset();
      this.inc(feed.lostReports());
    },
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('sazabi_api_connected_intakes', 'Key feeds open now.', feed.connectedIntakes);
  gauge('sazabi_api_live_replicas', 'Replicas of the API that live, as this one sees it.', feed.liveReplicas);
  gauge('sazabi_api_control_store_up', '1 while the control store answers, else 0.', () =>
    feed.controlStoreAnswers() ? 1 : 0,
  );
  return {
    registry,
    observe(app) {
      app.addHook('onResponse', async (request, reply) => {
        // The pattern, never the path: a path may hold ids, and unknown ones anything.
        const route = request.routeOptions.url ?? 'unknown';
        requests.inc({ method: request.method, route, status: String(reply.statusCode) });
        seconds.observe({ route }, reply.elapsedTime / 1000);
      });
    },
  };
}
