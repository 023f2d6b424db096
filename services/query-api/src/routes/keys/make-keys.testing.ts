// For tests of keys: makes one of each type with the fields that matter, and fails where that fails.
import { createdPublicKeySchema, createdSecretKeySchema } from '@sazabi/contract/schemas';
import { expect } from 'vitest';
import type { TestApi } from '../../test-support.ts';

/** A UUID that names nothing. */
export const NOTHING = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
export const DAY_MS = 86_400_000;
export const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** @param key of whoever makes it; the first secret key unless it is another */
export async function makePublicKey(test: TestApi, body: Record<string, unknown> = {}, key = test.secretKey) {
  const answer = await test.call('POST', '/public-keys', { key, body: { name: 'made by a test', ...body } });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(createdPublicKeySchema);
}

export async function makeSecretKey(test: TestApi, body: Record<string, unknown> = {}, key = test.secretKey) {
  const answer = await test.call('POST', '/secret-keys', { key, body: { name: 'made by a test', ...body } });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(createdSecretKeySchema);
}
