// Stands between client and broker, and does what networks do: loses answers after the broker has done what was asked, cuts
// connections, refuses them, or falls silent.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Keys of requests (https://kafka.apache.org/protocol#protocol_api_keys). */
export const API = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  joinGroup: 11,
  heartbeat: 12,
  apiVersions: 18,
  saslAuthenticate: 36,
} as const;

/** What becomes of an answer: it passes, its connection is cut instead, or it is swallowed and others pass. */
export type Fate = 'pass' | 'cut' | 'swallow';

export interface FaultProxy {
  readonly port: number;
  /** Decides for each answer, by the key of its request; may write into it. */
  decide(fate: (apiKey: number, answer: Buffer) => Fate): void;
  /** Cuts all connections and refuses new ones, until `accept`. */
  refuse(): void;
  accept(): void;
  /** Nothing passes either way, connections stay; until `resume`. */
  pause(): void;
  resume(): void;
  /** Each connection takes so much in each direction, until it is set anew; null = as much as there is. */
  limitSpeed(bytesPerSecond: number | null): void;
  /** Nothing passes on the connections there are, as where a machine is gone; new ones pass. */
  strand(): void;
  /** Requests of a kind so far, and bytes of answers. */
  requests(apiKey: number): number;
  bytesAnswered(): number;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly broker: Socket;
}

/** Forwards to `targetPort` of loopback; nothing need listen there yet. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const links = new Set<Link>();
  const counts = new Map<number, number>();
  let fate: (apiKey: number, answer: Buffer) => Fate = () => 'pass';
  let bytes = 0;
  let paused = false;
  let speed: number | null = null;

  const server = createServer({ pauseOnConnect: false }, (client) => {
    const link = { client, broker: connect({ host: '127.0.0.1', port: targetPort }) };
    links.add(link);
    const keys = new Map<number, number>();
    const toBroker = pacedWriter(link.broker, () => speed);
    const toClient = pacedWriter(client, () => speed);
    const requests = createFrames((frame) => {
      const apiKey = frame.readInt16BE(4);
      counts.set(apiKey, (counts.get(apiKey) ?? 0) + 1);
      keys.set(frame.readInt32BE(8), apiKey);
      toBroker(frame);
    });
    const answers = createFrames((frame) => {
      const apiKey = keys.get(frame.readInt32BE(4)) ?? -1;
      const decided = fate(apiKey, frame);
      if (decided === 'cut') cut(link);
      else if (decided === 'pass') toClient(frame);
      bytes += frame.byteLength;
    });
    client.on('data', requests);
    link.broker.on('data', answers);
    const end = () => {
      cut(link);
      links.delete(link);
    };
    for (const socket of [client, link.broker]) socket.on('error', end).on('close', end);
    if (paused) hold(link);
  });
  const port = await listen(server, 0);
  return {
    port,
    decide(decider) {
      fate = decider;
    },
    refuse() {
      server.close();
      for (const link of links) cut(link);
    },
    accept() {
      server.listen({ port, host: '127.0.0.1' });
    },
    pause() {
      paused = true;
      for (const link of links) hold(link);
    },
    resume() {
      paused = false;
      for (const { client, broker } of links) {
        client.resume();
        broker.resume();
      }
    },
    limitSpeed(bytesPerSecond) {
      speed = bytesPerSecond;
    },
    strand() {
      for (const link of links) hold(link);
    },
    requests: (apiKey) => counts.get(apiKey) ?? 0,
    bytesAnswered: () => bytes,
    async close() {
      for (const link of links) cut(link);
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was asked for');
  return address.port;
}

function cut({ client, broker }: Link): void {
  client.destroy();
  broker.destroy();
}

function hold({ client, broker }: Link): void {
  client.pause();
  broker.pause();
}

const PACE_MS = 20;

/** Writes in order, no faster than the speed of the moment. */
function pacedWriter(socket: Socket, bytesPerSecond: () => number | null): (frame: Buffer) => void {
  let waiting: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const writeSome = () => {
    const speed = bytesPerSecond();
    const all = Buffer.concat(waiting);
    const bytes = speed === null ? all.byteLength : Math.ceil((speed * PACE_MS) / 1_000);
    if (!socket.destroyed) socket.write(all.subarray(0, bytes));
    waiting = socket.destroyed || all.byteLength <= bytes ? [] : [all.subarray(bytes)];
    if (waiting.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (frame) => {
    if (timer === undefined && bytesPerSecond() === null) {
      socket.write(frame);
      return;
    }
    waiting.push(frame);
    timer ??= setInterval(writeSome, PACE_MS);
  };
}

/** Takes a stream apart into the protocol's frames: a length of four bytes, and what it counts. */
function createFrames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = 4;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.byteLength;
    while (held >= needed) {
      const all = Buffer.concat(chunks);
      const frameBytes = 4 + all.readInt32BE(0);
      if (all.byteLength < frameBytes) {
        chunks = [all];
        needed = frameBytes;
        return;
      }
      onFrame(all.subarray(0, frameBytes));
      const rest = all.subarray(frameBytes);
      chunks = [rest];
      held = rest.byteLength;
      needed = 4;
    }
  };
}
