// A closed-loop sender on bare sockets: each connection sends the next prepared request when the last was answered.
import { connect } from 'node:net';

/** Of the sockets' buffers: an answer of the intake has about 500 bytes. */
const ANSWER_BYTES_MAX = 64 * 1024;
const HEAD_END = '\r\n\r\n';

export interface SendOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Whole requests, head and body. */
  readonly requests: readonly Buffer[];
  /** Number of the first one, and how many are sent; past the last it goes on with number 0. */
  readonly from: number;
  readonly count: number;
  /** Called for each request that was not answered 202, or not at all; without it the first of them ends all with an error. */
  readonly notTaken?: () => void;
}

/** A request as it goes over the wire. */
export function requestBytes(url: URL, headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const lines = Object.entries({ host: url.host, 'content-type': 'application/json', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${head}content-length: ${body.byteLength}${HEAD_END}`),
    body,
  ]);
}

/** Sends all. @throws Error where nobody listens, and without `notTaken` for any answer but 202 and a connection that ends */
export async function sendRequests(options: SendOptions): Promise<void> {
  const { count, requests, from } = options;
  let next = 0;
  const take = (): Buffer | undefined => {
    if (next === count) return undefined;
    next += 1;
    return requests[(from + next - 1) % requests.length];
  };
  const connections = Math.min(options.connections, count);
  await Promise.all(Array.from({ length: connections }, () => converse(options, take)));
}

/** One connection's life: it ends when `take` has nothing more. */
function converse(options: SendOptions, take: () => Buffer | undefined): Promise<void> {
  const { host, port, notTaken } = options;
  return new Promise((resolve, reject) => {
    let held = '';
    const heard = (bytes: number, buffer: Uint8Array): boolean => {
      const text = held + Buffer.from(buffer.buffer, buffer.byteOffset, bytes).toString('latin1');
      const isWhole = wholeAnswer(text);
      held = isWhole ? '' : text;
      if (!isWhole) return true;
      const isTaken = text.startsWith('HTTP/1.1 202 ');
      if (!isTaken) notTaken?.();
      if (isTaken || notTaken !== undefined) say();
      else socket.destroy(new Error(`answered ${text.slice(9, 12)}: ${text.slice(text.indexOf(HEAD_END) + 4)}`));
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafe(ANSWER_BYTES_MAX), callback: heard };
    const socket = connect({ host, port, noDelay: true, onread });
    let isOpen = false;
    let isDone = false;
    let end = new Error('the server ended a connection');
    const say = (): void => {
      const request = take();
      isDone = request === undefined;
      if (request === undefined) socket.destroy();
      else socket.write(request);
    };
    socket.on('connect', () => {
      isOpen = true;
      say();
    });
    socket.on('error', (error) => {
      end = error;
    });
    socket.on('close', () => {
      if (isDone) resolve();
      else if (!isOpen || notTaken === undefined) reject(end);
      else {
        // An intake that is late ends a connection whose request is still on its way: the next goes by another.
        notTaken();
        resolve(converse(options, take));
      }
    });
  });
}

/** Whether the text is one whole answer. @throws Error for one without a Content-Length */
function wholeAnswer(text: string): boolean {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return false;
  const length = /\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`an answer without a Content-Length: ${text.slice(0, headEnd)}`);
  return text.length >= headEnd + HEAD_END.length + Number(length);
}
