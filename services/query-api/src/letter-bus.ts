// The bus as this service uses it: replays of dead letters, and the operator's look at what nobody can decode and at what it
// holds. Opened at the first use, since most processes never need it.
import { type Bus, type BusDeadLetters, BusError, type BusProducer, type BusReader, type NewRecord } from '@sazabi/bus';
import { ContractError } from '@sazabi/contract';
import { BUS_WAIT_MS } from './limits.ts';

export interface LetterBus {
  /**
   * Resolves when the record is durable, in the partition that it was made for.
   * @throws ContractError SERVICE_UNAVAILABLE: it may yet become durable; CONFLICT: it never will
   */
  append(partition: number, record: NewRecord): Promise<void>;
  /** @throws ContractError SERVICE_UNAVAILABLE */
  withReader<T>(use: (reader: BusReader) => Promise<T>): Promise<T>;
  /** @throws ContractError SERVICE_UNAVAILABLE */
  withDeadLetters<T>(use: (letters: BusDeadLetters) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function createLetterBus(bus: Bus): LetterBus {
  const producer = remembered(() => bus.producer());
  const reader = remembered(() => bus.reader());
  const deadLetters = remembered(() => bus.deadLetters());
  return {
    append: (partition, record) =>
      inTime(async () => {
        const opened: BusProducer = await producer();
        // Fewer partitions than when it was made: an empty bus was made anew, and any partition will do.
        await opened.append(partition % opened.partitions, record);
      }),
    withReader: async (use) => {
      const opened = await inTime(reader);
      return await use(opened).catch((error: unknown) => {
        throw error instanceof BusError ? answerTo(error) : error;
      });
    },
    withDeadLetters: (use) => inTime(async () => use(await deadLetters())),
    close: () => bus.close(),
  };
}

/** Makes a thing once; after a failure anew. */
function remembered<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** @throws ContractError for a bus that is away, full, or does not answer in time */
async function inTime<T>(call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BusError('unavailable', 'The bus did not answer in time.')), BUS_WAIT_MS);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    throw error instanceof BusError ? answerTo(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function answerTo(cause: BusError): ContractError {
  const error =
    cause.failure === 'too-large'
      ? new ContractError('CONFLICT', 'These logs are larger than the bus takes at once. Tell the operator.')
      : new ContractError(
          'SERVICE_UNAVAILABLE',
          'The bus cannot be reached at the moment. Please retry: nothing is stored twice.',
          {},
          { retryAfterSeconds: 1 },
        );
  error.cause = cause;
  return error;
}
