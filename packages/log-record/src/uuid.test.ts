import { describe, expect, it } from 'vitest';
import { newUuidV7, requestIdOf, uuidFromText, uuidToText } from './uuid.ts';

const PROJECT = '0192f0e4-1111-7222-8333-0123456789ab';

describe('UUIDs', () => {
  it('version 7 holds the time, version and variant', () => {
    const text = uuidToText(newUuidV7(0x0123_4567_89ab));
    expect(text).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('version 7 is new each time, over the end of the random pool', () => {
    const texts = Array.from({ length: 2000 }, () => uuidToText(newUuidV7(1)));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('text and bytes round-trip; text that is no UUID is refused', () => {
    expect(uuidToText(uuidFromText(PROJECT.toUpperCase()))).toBe(PROJECT);
    for (const text of ['', PROJECT.slice(1), `${PROJECT}0`, PROJECT.replaceAll('-', '')]) {
      expect(() => uuidFromText(text)).toThrow(TypeError);
    }
  });

  it('a request id is a UUIDv8 that only project, mode and key decide', () => {
    const id = uuidToText(requestIdOf(PROJECT, 'live', 'order-1'));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidToText(requestIdOf(PROJECT.toUpperCase(), 'live', 'order-1'))).toBe(id);
    expect(uuidToText(requestIdOf(PROJECT, 'test', 'order-1'))).not.toBe(id);
    expect(uuidToText(requestIdOf(PROJECT, 'live', 'order-2'))).not.toBe(id);
    expect(uuidToText(requestIdOf(PROJECT.replace('0', '1'), 'live', 'order-1'))).not.toBe(id);
  });

  it('a request id does not change between releases: ids must match over three days', () => {
    expect(uuidToText(requestIdOf(PROJECT, 'live', 'order-1'))).toBe('87155e8e-b659-8366-a93d-7fc8f209fee8');
  });
});
