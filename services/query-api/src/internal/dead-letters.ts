// /internal/dead-letters: what no project owns. Records that nobody can decode lie in the bus, refused ones that nobody can take
// apart in the log store; their ids tell which.
import type { OperatorDeadLetter } from '@sazabi/contract/schemas';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import { type ClickHouseClient, deleteLetter, findOperatorRecord, listOperatorLetters } from '@sazabi/log-store';
import { notFound, pathId } from '../http/not-found.ts';
import type { LetterBus } from '../letter-bus.ts';
import { OPERATOR_LETTERS_MAX } from '../limits.ts';
import type { Outside } from '../outside.ts';
import { internalCall } from './internal-call.ts';

const PATH = '/internal/dead-letters';
const ON_BUS = /^bus-(\d{1,10})-(\d{1,16})$/;

/** The calls by method and path, for the internal port. */
export function deadLetterRoutes(
  { bus, letterStore: store }: Outside,
  logger: Logger,
): Readonly<Record<string, InternalRoute>> {
  return {
    [`GET ${PATH}`]: internalCall(logger, async () => ({ status: 200, data: await list(bus, store) })),
    [`GET ${PATH}/*`]: internalCall(logger, async ({ url }) => {
      const [id = '', part, ...more] = restOf(url);
      if (part !== 'record' || more.length > 0) throw notFound('path');
      return { status: 200, bytes: await recordOf(id, bus, store) };
    }),
    [`DELETE ${PATH}/*`]: internalCall(logger, async ({ url }) => {
      const [id = '', ...more] = restOf(url);
      if (more.length > 0) throw notFound('path');
      await remove(id, bus, store);
      return { status: 204 };
    }),
  };
}

function restOf(url: string | undefined): readonly string[] {
  return (url?.split('?')[0] ?? '').slice(PATH.length + 1).split('/');
}

async function list(bus: LetterBus, store: ClickHouseClient): Promise<readonly OperatorDeadLetter[]> {
  const [onBus, { letters }] = await Promise.all([
    bus.withDeadLetters((dead) => dead.list(OPERATOR_LETTERS_MAX)),
    listOperatorLetters(store, OPERATOR_LETTERS_MAX),
  ]);
  return [
    ...onBus.map(({ partition, offset, value, reason, deadAtMs }) => ({
      id: `bus-${partition}-${offset}`,
      kind: 'undecodable' as const,
      bytes: value.byteLength,
      reason,
      deadAt: new Date(deadAtMs).toISOString(),
    })),
    ...letters.map(({ id, bytes, reason, deadAt }) => ({ id, kind: 'refused' as const, bytes, reason, deadAt })),
  ].toSorted((one, other) => other.deadAt.localeCompare(one.deadAt));
}

/** @throws ContractError NOT_FOUND */
async function recordOf(id: string, bus: LetterBus, store: ClickHouseClient): Promise<Uint8Array> {
  const place = placeOnBus(id);
  const found =
    place === null
      ? await findOperatorRecord(store, pathId({ id }, 'dead letter'))
      : (await findOnBus(place, bus))?.value;
  if (found === null || found === undefined) throw notFound('dead letter');
  return found;
}

/** @throws ContractError NOT_FOUND */
async function remove(id: string, bus: LetterBus, store: ClickHouseClient): Promise<void> {
  const place = placeOnBus(id);
  if (place === null) {
    await recordOf(id, bus, store);
    await deleteLetter(store, id);
    return;
  }
  if ((await findOnBus(place, bus)) === undefined) throw notFound('dead letter');
  await bus.withDeadLetters((dead) => dead.remove(place.partition, place.offset));
}

function placeOnBus(id: string): { readonly partition: number; readonly offset: number } | null {
  const [, partition, offset] = ON_BUS.exec(id) ?? [];
  return partition === undefined ? null : { partition: Number(partition), offset: Number(offset) };
}

async function findOnBus(place: { readonly partition: number; readonly offset: number }, bus: LetterBus) {
  const letters = await bus.withDeadLetters((dead) => dead.list(OPERATOR_LETTERS_MAX));
  return letters.find(({ partition, offset }) => partition === place.partition && offset === place.offset);
}
