// Metrics of the spool, read of its state when somebody scrapes.
import type { SpoolingBus, SpoolState } from '@sazabi/bus';
import { Counter, Gauge, type Registry } from '@sazabi/lifecycle';

const ageSeconds = ({ oldestAtMs }: SpoolState) => (oldestAtMs === null ? 0 : (Date.now() - oldestAtMs) / 1000);

/** Registers them; there are none where the bus needs no spool. */
export function addSpoolMetrics(registry: Registry, spool: SpoolingBus): void {
  const gauge = (name: string, help: string, value: (state: SpoolState) => number) =>
    new Gauge({
      name: `sazabi_intake_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(value(await spool.state()));
      },
    });
  gauge('spool_records', 'Records on disk that wait for the bus.', (state) => state.records);
  gauge('spool_bytes', 'Disk bytes of them.', (state) => state.bytes);
  gauge('spool_bytes_max', 'Bound of them: SPOOL_MAX_MIB.', (state) => state.bytesMax);
  gauge('spool_oldest_age_seconds', 'Age of the oldest of them; 0 = none.', ageSeconds);
  gauge('spool_active', '1 while records go to the spool, 0 while they go straight to the bus.', (state) =>
    state.way === 'spool' ? 1 : 0,
  );
  gauge('spool_set_aside_records', 'Records kept beside it, too large for the topic.', (state) => state.setAside);
  new Counter({
    name: 'sazabi_intake_appends_total',
    help: 'Records appended, by way; what is spooled counts as drained when the bus has it.',
    labelNames: ['way'],
    registers: [registry],
    async collect() {
      const { appendedDirect, appendedSpooled, drained } = await spool.state();
      this.reset();
      this.inc({ way: 'direct' }, appendedDirect);
      this.inc({ way: 'spooled' }, appendedSpooled);
      this.inc({ way: 'drained' }, drained);
    },
  });
}
