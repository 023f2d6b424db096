import { expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, startTestServer } from '../testing/http-server.ts';
import { createApiClient } from './api-client.ts';

const callOf = (url: string) =>
  createApiClient(url, { text: 'sk', source: 'a test' })
    .call('GET', 'me', z.unknown())
    .catch((error: unknown) => error);
const failure = (status: number, code: string): Answer => ({ status, body: { error: { code, message: 'So it is.' } } });

it.each<[string, Answer, boolean]>([
  ['a cut connection', { status: 200, cut: true }, true],
  ['503', failure(503, 'SERVICE_UNAVAILABLE'), true],
  ['502 of a proxy', { status: 502 }, true],
  ['500', failure(500, 'INTERNAL_ERROR'), false],
  ['401', failure(401, 'API_KEY_REVOKED'), false],
])('%s: whether the API is away is told', async (_name, answer, isAway) => {
  const server = await startTestServer(() => answer);
  expect(await callOf(server.url)).toMatchObject({ name: 'CliError', isAway });
  await server.close();
});

it('nobody at its address is away', async () => {
  const server = await startTestServer(() => ({ status: 200 }));
  await server.close();
  expect(await callOf(server.url)).toMatchObject({ isAway: true, message: expect.stringContaining('ECONNREFUSED') });
});
