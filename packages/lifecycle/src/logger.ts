// The one logger: JSON lines on stderr; never a key, a body or an attribute value.
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A logger whose lines carry `service`. Every call names an event: `logger.info({ event: 'batch_appended', rows }, '…')`. */
export function createLogger(service: string, level: LogLevel, stream: DestinationStream = destination(2)): Logger {
  return pino({ level, base: { service, pid: process.pid } }, stream);
}
