// What is said of a server that TLS fails with, by what Node itself says of one.
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { unreachable } from './problems.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** What is said of a fetch from it. */
async function saidOf(made: Server): Promise<string> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(made.address() as AddressInfo).port}`;
  const error: unknown = await fetch(url).catch((thrown: unknown) => thrown);
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

it('a plain server does not speak TLS', async () => {
  const plain = answering(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await saidOf(plain)).toMatch(
    /does not speak TLS \(ERR_SSL_\w+\)\.\nSet SAZABI_API_URL to an address with http:/,
  );
});

it.each([
  ['handshake failure', 40],
  ['protocol version', 70],
  ['certificate required', 116],
])('one that refuses the handshake (%s) speaks TLS, and is there', async (_name, description) => {
  expect(await saidOf(answering(alert(description)))).toMatch(/speaks TLS, but refuses this connection \(ERR_SSL_/);
});

/** As fetch of Node 22 was seen to throw it. */
const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('s'), { code }) });

it.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('a certificate that is not trusted is told as such: %s', (code) => {
  const { message, isAway } = unreachable('the API', 'https://a', 'SAZABI_API_URL', failed(code));
  expect(message).toMatch(/^The certificate of the API at https:\/\/a is not trusted .*\n.*NODE_EXTRA_CA_CERTS/);
  expect(isAway).toBe(false);
});

it('EPROTO is a word for any failed handshake, not for a plain server', () => {
  const { message } = unreachable('the API', 'https://a', 'SAZABI_API_URL', failed('EPROTO'));
  expect(message).toContain('refuses this connection (EPROTO)');
});
