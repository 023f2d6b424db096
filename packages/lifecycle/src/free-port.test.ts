import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { chooseFreePort } from './free-port.ts';

it('can be listened on at once, and lies below the range of outgoing connections', async () => {
  const port = await chooseFreePort('127.0.0.1');
  expect(port).toBeGreaterThanOrEqual(15_000);
  expect(port).toBeLessThan(30_000);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  server.close();
});

it('of an address that is not ours is refused in one line', async () => {
  await expect(chooseFreePort('192.0.2.1')).rejects.toThrow('192.0.2.1 cannot be listened on (EADDRNOTAVAIL)');
});

it('is another one for each who asks, though nobody listens yet', async () => {
  const ports = new Set<number>();
  for (let n = 0; n < 500; n += 1) ports.add(await chooseFreePort('127.0.0.1'));
  expect(ports.size).toBe(500);
});

it('is none that is reserved', async () => {
  const even = Array.from({ length: 7_500 }, (_, half) => 15_000 + 2 * half);
  for (let n = 0; n < 30; n += 1) expect((await chooseFreePort('127.0.0.1', even)) % 2).toBe(1);
});
