import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectAccepted } from './first-request.ts';

const KEY = { text: 'pk_live_sz_x', source: 'a test' };

let server: Server;
let url: string;
let answer: { readonly status: number; readonly error: { readonly code: string; readonly message: string } | null };
beforeEach(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: null, error: answer.error }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${address === null || typeof address === 'string' ? 0 : address.port}/`;
});
afterEach(() => server.close());

it('an intake that refuses for now says why, and is loaded all the same', async () => {
  answer = { status: 503, error: { code: 'SERVICE_UNAVAILABLE', message: 'No keys are known yet.' } };
  expect(await expectAccepted(url, KEY)).toContain('No keys are known yet.');
  answer = { status: 202, error: null };
  expect(await expectAccepted(url, KEY)).toBe(null);
});

it('one that refuses for good is not loaded', async () => {
  answer = { status: 401, error: { code: 'UNAUTHENTICATED', message: 'The key was revoked.' } };
  await expect(expectAccepted(url, KEY)).rejects.toThrow('The key was revoked.');
});
