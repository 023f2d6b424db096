// What is counted of live tails; no label names a tenant, a project or a key.
import { Counter, Gauge, type Registry } from '@sazabi/lifecycle';

export interface TailMetrics {
  open(tails: number): void;
  sent(rows: number): void;
  lagged(rows: number): void;
}

export function createTailMetrics(registry: Registry): TailMetrics {
  const registers = [registry];
  const open = new Gauge({ name: 'sazabi_api_tails', help: 'Live tails open now.', registers });
  const sent = new Counter({ name: 'sazabi_api_tail_logs_total', help: 'Logs sent to live tails.', registers });
  const lagged = new Counter({
    name: 'sazabi_api_tail_lagged_logs_total',
    help: 'Logs that live tails were told they missed: too slow a reader, or away longer than the bus keeps.',
    registers,
  });
  return {
    open: (tails) => open.set(tails),
    sent: (rows) => sent.inc(rows),
    lagged: (rows) => lagged.inc(rows),
  };
}
