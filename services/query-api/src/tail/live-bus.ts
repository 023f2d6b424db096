// The bus as tails read it: opened when the first comes, closed a while after the last has gone, so that it costs nothing else.
import { type Bus, BusError } from '@sazabi/bus';
import { ContractError } from '@sazabi/contract';
import { BUS_WAIT_MS, TAIL_LINGER_MS } from '../limits.ts';
import { type LiveParts, type LiveReader, startLiveReader } from './live-reader.ts';

export interface LiveBus {
  /** One more user; each that was let in leaves once. @throws ContractError SERVICE_UNAVAILABLE while the bus is away */
  enter(): Promise<LiveReader>;
  leave(): void;
  close(): Promise<void>;
}

interface Opened {
  readonly bus: Bus;
  readonly live: Promise<LiveReader>;
  /** Once it is there. */
  readonly reader: () => LiveReader | undefined;
}

export function createLiveBus(openBus: () => Bus, parts: LiveParts, lingerMs = TAIL_LINGER_MS): LiveBus {
  let opened: Opened | null = null;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;
  let closings: Promise<void> = Promise.resolve();

  const open = (): Opened => {
    const bus = openBus();
    let opened: LiveReader | undefined;
    const live = bus.reader().then(async (reader) => {
      opened = await startLiveReader(reader, parts);
      return opened;
    });
    live.catch(() => undefined);
    return { bus, live, reader: () => opened };
  };
  const shut = () => {
    clearTimeout(idle);
    const last = opened;
    opened = null;
    if (last !== null) closings = Promise.all([closings, end(last)]).then(() => undefined);
    return closings;
  };
  const leave = () => {
    users -= 1;
    if (users === 0) idle = setTimeout(() => void shut(), lingerMs).unref();
  };
  return {
    async enter() {
      users += 1;
      clearTimeout(idle);
      opened ??= open();
      const mine = opened;
      try {
        return await inTime(mine.live);
      } catch (error) {
        // The next one tries anew.
        if (opened === mine) void shut();
        leave();
        throw error instanceof BusError ? away(error) : error;
      }
    },
    leave,
    close: shut,
  };
}

/** The reading before its bus; where it was never opened, the bus ends the attempt. */
async function end({ bus, live, reader }: Opened): Promise<void> {
  await reader()?.close();
  await bus.close();
  await live.then((late) => late.close()).catch(() => undefined);
}

async function inTime(live: Promise<LiveReader>): Promise<LiveReader> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BusError('unavailable', 'The bus did not answer in time.')), BUS_WAIT_MS);
  });
  return await Promise.race([live, late]).finally(() => clearTimeout(timer));
}

function away(cause: BusError): ContractError {
  const message = 'The bus cannot be reached at the moment. Please retry.';
  const error = new ContractError('SERVICE_UNAVAILABLE', message, {}, { retryAfterSeconds: 1 });
  error.cause = cause;
  return error;
}
