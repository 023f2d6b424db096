import { expect, it } from 'vitest';
import { whatToDo } from './what-to-do.ts';

it('a full disk of the store is told with what to do, anything else as it is', () => {
  expect(whatToDo('243 NOT_ENOUGH_SPACE', 'trying again')).toContain('Free space there');
  expect(whatToDo('252 TOO_MANY_PARTS', 'trying again')).toBe('trying again');
});
