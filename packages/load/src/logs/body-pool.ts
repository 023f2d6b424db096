// Bodies made before the run and used again and again, each time with new times and ids: a log then costs the sender some 0.1 us.
import { GATHERED_MS, POOL_BODIES_MAX, POOL_BYTES_MAX } from '../limits.ts';
import { type Encoding, FRAMES } from './encoding.ts';
import { createLogGenerator } from './log-generator.ts';
import { createLogIds, LOG_ID_DIGITS, type LogIds } from './log-id.ts';
import { createSizer } from './sized-log.ts';
import { createTimeWriter } from './time-text.ts';

export interface BodyPoolOptions {
  readonly seed: number;
  /** Logs of each body. */
  readonly batch: number;
  readonly encoding: Encoding;
  /** About so many bytes a log as JSON; undefined = as generated, about 290. */
  readonly logBytes?: number | undefined;
  /** Bodies that may be in use at once. */
  readonly bodiesMin: number;
  /** More are never needed. */
  readonly bodiesMax?: number | undefined;
}

export interface BodyPool {
  readonly bodies: number;
  /** Of its JSON, without what stands between logs. */
  readonly bytesPerLog: number;
  readonly bodyBytesMax: number;
  readonly ids: LogIds;
  /** The next body that is not in use, with the ids of this request and times up to `nowMs`. @throws RangeError where all are in use */
  take(request: number, nowMs: number): PooledBody;
  /** It may be used again. */
  give(body: PooledBody): void;
}

export interface PooledBody {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** How long before its request is sent a log of the batch happened, in ms: the last one just now. */
export function ageMs(place: number, batch: number): number {
  return Math.floor((GATHERED_MS * (batch - 1 - place)) / batch);
}

export function createBodyPool(options: BodyPoolOptions): BodyPool {
  const { batch, bodiesMin, bodiesMax = POOL_BODIES_MAX } = options;
  const makeBody = bodyMaker(options);
  const first = makeBody(0);
  const fitting = Math.floor(POOL_BYTES_MAX / first.bytes.length);
  const count = Math.max(bodiesMin, Math.min(POOL_BODIES_MAX, bodiesMax, fitting));
  const bodies = [first, ...Array.from({ length: count - 1 }, (_, index) => makeBody(index + 1))];
  const sizes = bodies.map(({ bytes }) => bytes.length);
  const ages = Float64Array.from({ length: batch }, (_, place) => ageMs(place, batch));
  const ids = createLogIds(options.seed);
  const writeTime = createTimeWriter();
  // A ring of those that are free: the one that was used longest ago comes next.
  const free = [...bodies];
  let taken = 0;
  let given = count;
  return {
    bodies: count,
    bytesPerLog: (sizes.reduce((sum, size) => sum + size, 0) / count - frameBytes(options)) / batch,
    bodyBytesMax: sizes.reduce((most, size) => Math.max(most, size), 0),
    ids,
    take(request, nowMs) {
      const body = taken === given ? undefined : free[taken % count];
      if (body === undefined) throw new RangeError('Every body is in use.');
      taken += 1;
      const { bytes, timesAt, idsAt } = body;
      for (let place = 0; place < batch; place++) {
        writeTime(bytes, timesAt[place] ?? 0, nowMs - (ages[place] ?? 0));
        ids.write(bytes, idsAt[place] ?? 0, request, place);
      }
      return body;
    },
    give(body) {
      free[given % count] = bodies[body.index] ?? first;
      given += 1;
    },
  };
}

interface Template extends PooledBody {
  /** Where the time and the id of each log begin. */
  readonly timesAt: Uint32Array;
  readonly idsAt: Uint32Array;
}

function bodyMaker({ seed, batch, encoding, logBytes }: BodyPoolOptions): (index: number) => Template {
  const generate = createLogGenerator(seed);
  const sized = logBytes === undefined ? undefined : createSizer(seed, logBytes);
  const [before, between, after] = FRAMES[encoding];
  const now = Date.now();
  return (index) => {
    const timesAt = new Uint32Array(batch);
    const idsAt = new Uint32Array(batch);
    let text = before;
    for (let place = 0; place < batch; place++) {
      const log = generate(now);
      const json = JSON.stringify(sized === undefined ? log : sized(log));
      if (place > 0) text += between;
      timesAt[place] = text.length + placeOf(json, '"timestamp":"');
      idsAt[place] = text.length + placeOf(json, '"trace":"');
      text += json;
    }
    return { index, bytes: Buffer.from(text + after, 'latin1'), timesAt, idsAt };
  };
}

/** Of a body: what it has beside its logs. */
function frameBytes({ batch, encoding }: BodyPoolOptions): number {
  const [before, between, after] = FRAMES[encoding];
  return before.length + between.length * (batch - 1) + after.length;
}

/** Where the value begins. What is written over it is as long: a time of 24 bytes, an id of 12. */
function placeOf(json: string, name: string): number {
  const at = json.lastIndexOf(name);
  if (at < 0) throw new RangeError(`A log of the generator has no ${name} with an id of ${LOG_ID_DIGITS} digits.`);
  return at + name.length;
}
