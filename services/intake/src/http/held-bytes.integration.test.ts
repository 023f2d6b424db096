// What bodies hold of memory is what the budget says, whatever clients do to make it more.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestIntake, type TestIntake } from '../testing/start-intake.ts';

const DEADLINE = { timeout: 60_000, interval: 20 };

let intake: TestIntake;
let key: string;
let sockets: Socket[];

beforeEach(async () => {
  intake = await startTestIntake();
  key = intake.addKey().key;
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await intake.stop();
});

function send(headers: string, body: string | Uint8Array): Socket {
  const socket = connect(intake.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`POST /v1/logs HTTP/1.1\r\nHost: h\r\nx-sazabi-key: ${key}\r\n${headers}\r\n`);
  socket.write(body);
  sockets.push(socket);
  return socket;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${intake.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^sazabi_intake_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
/** What lives on the heap and in buffers. */
function memoryBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Keeps libuv's threads busy, so that nothing is inflated, until it is called. */
function holdThreads(): () => void {
  const pipe = join(intake.dataDir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Each waits in its thread for somebody to write.
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const readers = Array.from({ length: threads }, () => open(pipe, 'r'));
  return () => {
    const writer = openSync(pipe, 'r+');
    void Promise.all(readers.map(async (reader) => (await reader).close())).then(() => closeSync(writer));
  };
}

describe('I6, I9: what bodies hold', () => {
  it('of a body sent byte by byte, in chunks of their own, are its bytes and not its chunks', async () => {
    const payloadBytes = 500_000;
    const before = memoryBytes();
    for (let client = 0; client < 2; client += 1)
      send('Transfer-Encoding: chunked\r\n', '1\r\n[\r\n'.repeat(payloadBytes));
    const sentBytes = 2 * payloadBytes;
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBeGreaterThanOrEqual(sentBytes), DEADLINE);
    await vi.waitFor(() => expect(sockets.map(({ writableLength }) => writableLength)).toEqual([0, 0]), DEADLINE);
    expect(await metric('bodies_bytes')).toBeLessThan(3 * sentBytes);
    // As a list of chunks they held 210 bytes for each.
    expect(memoryBytes() - before).toBeLessThan(30 * sentBytes);
  });

  it('of compressed bodies whose clients are gone stay charged until they are free', async () => {
    const body = zlib.gzipSync(randomBytes(1_000_000));
    const letThreadsGo = holdThreads();
    for (let client = 0; client < 20; client += 1)
      send(`Content-Encoding: gzip\r\nContent-Length: ${body.byteLength}\r\n`, body);
    await vi.waitFor(async () => expect(await metric('body_bytes_total')).toBe(20 * body.byteLength), DEADLINE);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect(await metric('connections')).toBe(0), DEADLINE);
    expect(await metric('bodies_bytes')).toBeGreaterThanOrEqual(20 * body.byteLength);
    letThreadsGo();
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBe(0), DEADLINE);
    expect(await metric('inflated_bytes_total')).toBe(0);
  });
});
