// Metrics of a process: a prom-client registry of its own with the default process metrics.
import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * How often the event loop's delay is sampled: prom-client's 10 ms wake an idle process a hundred times a second, which was
 * half of what the system cost at rest. `nodejs_eventloop_lag_*` reads this where nothing is late; a busy loop is far above.
 */
const EVENT_LOOP_SAMPLE_MS = 100;

/** A new registry; names begin with `sazabi_<service>_`, and no label ever names a tenant, a project or a key. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  return registry;
}
