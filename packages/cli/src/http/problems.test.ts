// What is said of a server that TLS fails with, by what Node itself says of one.
import { once } from 'node:events';
import { get } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { unreachable } from './problems.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** What is said of an error that a call of it ends with. */
async function saidOf(made: Server, call: (url: string) => Promise<unknown>): Promise<string> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(made.address() as AddressInfo).port}`;
  const error: unknown = await call(url).catch((thrown: unknown) => thrown);
  return unreachable('the API', url, 'SAZABI_API_URL', error).message;
}

/** Sends these bytes where a hello comes. */
const answering = (bytes: Uint8Array) =>
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
/** RFC 8446, sections 5.1 and 6: a fatal alert. */
const alert = (description: number) => Uint8Array.from([21, 3, 3, 0, 2, 2, description]);

// Node 22 has a code of each failure for `fetch`, and for `https` EPROTO with OpenSSL's words.
describe.each([
  ['fetch', /\(ERR_SSL_\S+\)/, (url: string): Promise<unknown> => fetch(url)],
  ['https', /\((ERR_SSL_\S+|EPROTO)\)/, (url: string): Promise<unknown> => once(get(url), 'response')],
])('by %s', (_name, code, call) => {
  it('a plain server does not speak TLS', async () => {
    const said = await saidOf(answering(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), call);
    expect(said).toMatch(/does not speak TLS .*\nSet SAZABI_API_URL to an address with http:/);
    expect(said).toMatch(code);
  });

  it.each([
    ['handshake failure', 40],
    ['protocol version', 70],
    ['certificate required', 116],
  ])('of one that answers with an alert (%s) the handshake failed', async (_alert, description) => {
    const said = await saidOf(answering(alert(description)), call);
    expect(said).toMatch(/^The TLS handshake with what answers at \S+ failed .*\nIs SAZABI_API_URL the address/);
    expect(said).toMatch(code);
  });

  it('of one of Node that has no certificate too', async () => {
    const bare = createTlsServer().on('tlsClientError', () => undefined);
    expect(await saidOf(bare, call)).toMatch(/^The TLS handshake .* failed/);
  });
});

/** As fetch of Node 22 was seen to throw it. */
const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('s'), { code }) });

it.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
])('a certificate that is not trusted is told as such: %s', (code) => {
  const { message, isAway } = unreachable('the API', 'https://a', 'SAZABI_API_URL', failed(code));
  expect(message).toMatch(/^The certificate of the API at https:\/\/a is not trusted .*\n.*NODE_EXTRA_CA_CERTS/);
  expect(isAway).toBe(false);
});

it.each([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
])('a certificate out of its time is to be renewed, not to be trusted: %s', (code, state) => {
  const { message, isAway } = unreachable('the API', 'https://a', 'SAZABI_API_URL', failed(code));
  expect(message).toBe(
    `The certificate of the API at https://a ${state} (${code}).\nIt is to be renewed there, unless the clock of this machine is wrong.`,
  );
  expect(isAway).toBe(false);
});
