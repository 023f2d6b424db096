// Metrics of a process: a prom-client registry of its own with the default process metrics.
import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A new registry; names begin with `sazabi_<service>_`, and no label ever names a tenant, a project or a key. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
