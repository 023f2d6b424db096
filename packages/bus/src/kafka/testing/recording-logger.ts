// A logger that keeps what it is told.
import type { BusLogger } from '../../bus.ts';

export interface Told {
  readonly level: 'info' | 'warn' | 'error';
  readonly [field: string]: unknown;
}

export function recordingLogger(): {
  readonly logger: BusLogger;
  events(name: string): Told[];
  all(): readonly Told[];
} {
  const told: Told[] = [];
  const at = (level: Told['level']) => (fields: object, message: string) => {
    told.push({ ...fields, message, level });
  };
  return {
    logger: { info: at('info'), warn: at('warn'), error: at('error') },
    events: (name) => told.filter(({ event }) => event === name),
    all: () => told,
  };
}
