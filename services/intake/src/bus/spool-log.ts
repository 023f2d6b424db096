// What an operator reads of the spool: one line when records begin to be spooled, one when the last was sent on.
import type { SpoolEvent } from '@sazabi/bus';
import type { Logger } from '@sazabi/lifecycle';

const MIB = 1024 * 1024;
const mib = (bytes: number) => Math.round((bytes / MIB) * 10) / 10;

export function logSpoolEvent(logger: Logger, event: SpoolEvent): void {
  switch (event.kind) {
    case 'outage-began':
      logger.warn(
        { event: 'bus_away', reason: event.why.message },
        'The bus does not take records: they are spooled on this disk until it does.',
      );
      return;
    case 'backlog-found':
      logger.warn(
        { event: 'spool_found', records: event.records, mib: mib(event.bytes) },
        'The spool holds records of before: they are sent on first.',
      );
      return;
    case 'drained':
      logger.info(
        { event: 'spool_drained', records: event.records, mib: mib(event.bytes), seconds: Math.round(event.seconds) },
        'What was spooled has been sent on; records go straight to the bus again.',
      );
      return;
    case 'partitions-changed':
      logger.warn(
        { event: 'partitions_changed', from: event.from, to: event.to },
        'The bus has another number of partitions than before: requests repeated across the change may be stored twice.',
      );
      return;
    case 'set-aside':
      logger.error(
        { event: 'record_set_aside', folder: event.folder, err: event.why },
        "A spooled record is larger than the topic takes. It is kept in this folder: raise the topic's max.message.bytes and restart this intake, which sends it again.",
      );
      return;
    case 'stuck':
      logger.error(
        { event: 'spool_stuck', err: event.why },
        'The spool cannot be emptied for a reason of its own; it is tried again.',
      );
  }
}
