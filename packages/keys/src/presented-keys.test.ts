import { describe, expect, it } from 'vitest';
import { createPresentedKeys } from './presented-keys.ts';

describe('presented keys', () => {
  it('remembers a bounded number, and what is in use stays', () => {
    const keys = createPresentedKeys(10);
    keys.remember('in use', 'id');
    for (let other = 0; other < 100; other += 1) {
      keys.remember(`other ${other}`, 'id');
      expect(keys.idOf('in use')).toBe('id');
    }
    const known = Array.from({ length: 100 }, (_, other) => keys.idOf(`other ${other}`)).filter(
      (id) => id !== undefined,
    );
    expect(known.length).toBeLessThanOrEqual(10);
    expect(keys.idOf('never seen')).toBeUndefined();
  });
});
