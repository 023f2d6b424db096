// The id that each log of a run carries as its attribute `trace`: which request it came with, and its place in it.
// It looks random, as such ids do: numbers in a row would compress better than the logs of a real system.

/** Digits of an id: 48 bits. */
export const LOG_ID_DIGITS = 12;
const PLACE_BITS = 14;
/** Places in a request, and requests in a run. */
export const PLACES_MAX = 2 ** PLACE_BITS;
export const REQUESTS_MAX = 2 ** (48 - PLACE_BITS);
const HALF = 2 ** 24;
const MASK = HALF - 1;
const REQUESTS_IN_LOW_HALF = HALF / PLACES_MAX;
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const ID = /^[0-9a-f]{12}$/;

export interface LogIds {
  /** Writes the id's 12 digits at `at`. */
  write(target: Uint8Array, at: number, request: number, place: number): void;
  /** What `write` was given; null for any text that is no id. */
  read(text: string): { readonly request: number; readonly place: number } | null;
}

/** Ids of one run: a Feistel cipher of 48 bits, so each (request, place) has another id and can be read back from it. */
export function createLogIds(seed: number): LogIds {
  const keys = [seed ^ 0x9e3779b9, Math.imul(seed | 1, 0x85ebca6b), seed ^ 0xc2b2ae35, Math.imul(seed | 1, 0x27d4eb2f)];
  const mix = (half: number, key: number): number => {
    let value = Math.imul(half ^ key, 0x2c1b3c6d);
    value = Math.imul(value ^ (value >>> 13), 0x297a2d39);
    return (value ^ (value >>> 15)) & MASK;
  };
  const [first = 0, second = 0, third = 0, fourth = 0] = keys;
  return {
    write(target, at, request, place) {
      let high = Math.floor(request / REQUESTS_IN_LOW_HALF);
      let low = (request % REQUESTS_IN_LOW_HALF) * PLACES_MAX + place;
      high ^= mix(low, first);
      low ^= mix(high, second);
      high ^= mix(low, third);
      low ^= mix(high, fourth);
      for (let digit = 5; digit >= 0; digit--) {
        target[at + digit] = DIGITS[high & 15] ?? 0;
        target[at + 6 + digit] = DIGITS[low & 15] ?? 0;
        high >>>= 4;
        low >>>= 4;
      }
    },
    read(text) {
      if (!ID.test(text)) return null;
      let high = Number.parseInt(text.slice(0, 6), 16);
      let low = Number.parseInt(text.slice(6), 16);
      low ^= mix(high, fourth);
      high ^= mix(low, third);
      low ^= mix(high, second);
      high ^= mix(low, first);
      return { request: high * REQUESTS_IN_LOW_HALF + Math.floor(low / PLACES_MAX), place: low % PLACES_MAX };
    },
  };
}
