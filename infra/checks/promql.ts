// PromQL by the grammar that Prometheus' own web pages use: where it is wrong, and which metrics it names.
import { parser } from '@prometheus-io/lezer-promql';

export interface PromQuery {
  /** What the grammar does not know, as text with its place. */
  readonly errors: readonly string[];
  readonly metrics: readonly string[];
}

/** Grafana fills these in before Prometheus sees them. */
const GRAFANA_DURATIONS = /\$__(rate_interval|interval|range)/g;

export function readPromQuery(text: string): PromQuery {
  const query = text.replace(GRAFANA_DURATIONS, '5m');
  const errors: string[] = [];
  const metrics: string[] = [];
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError)
        errors.push(`at ${node.from}: …${query.slice(Math.max(0, node.from - 20), node.to + 20)}…`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector')
        metrics.push(query.slice(node.from, node.to));
    },
  });
  return { errors, metrics };
}
