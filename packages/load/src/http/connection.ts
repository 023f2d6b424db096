// One keep-alive connection that carries one request at a time. Plain sockets: a request costs the sender about a fifth of what
// it costs by node:http, and half of undici's (docs/load-testing.md).
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ANSWER_BYTES_MAX } from '../limits.ts';
import { type Answer, INCOMPLETE, readAnswer } from './read-answer.ts';

/** Answers are some hundred bytes. One buffer for all connections: it is read from before the next bytes are put into it. */
const READ_BYTES = 65_536;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

export interface ConnectionEvents {
  answered(answer: Answer): void;
  /** No answer: the connection could not be made, or broke. `reason` is the system's word, such as ECONNRESET. */
  failed(reason: string): void;
}

export interface Connection {
  /** Sends one request; the one before has been answered or has failed. Connects where it is not. */
  send(head: string, body: Uint8Array): void;
  /** Gives the request up: it fails with this reason. */
  abort(reason: string): void;
  close(): void;
}

/** A connection to the origin of `url`, made at its first request. */
export function createConnection(url: URL, events: ConnectionEvents): Connection {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  let socket: Socket | null = null;
  let underWay = false;
  let received: Buffer | null = null;

  const settle = (): void => {
    underWay = false;
    received = null;
  };
  const drop = (): void => {
    socket?.destroy();
    socket = null;
  };
  const fail = (reason: string): void => {
    drop();
    if (!underWay) return;
    settle();
    events.failed(reason);
  };
  const take = (chunk: Buffer) => {
    if (!underWay) return fail('UNASKED');
    const bytes = received === null ? chunk : Buffer.concat([received, chunk]);
    let answer: Answer | typeof INCOMPLETE;
    try {
      answer = readAnswer(bytes);
    } catch {
      return fail('NOT_HTTP');
    }
    if (answer === INCOMPLETE) {
      if (bytes.length > ANSWER_BYTES_MAX) return fail('ANSWER_TOO_LARGE');
      // The chunk lies in the shared buffer.
      received = received === null ? Buffer.from(chunk) : bytes;
      return;
    }
    settle();
    if (answer.closes) drop();
    events.answered(answer);
  };
  const open = (): Socket => {
    const opened =
      url.protocol === 'https:'
        ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) }).on('data', take)
        : connectPlain({
            host,
            port,
            onread: { buffer: readBuffer, callback: (length, buffer) => readInto(length, buffer) },
          });
    opened.setNoDelay(true);
    // What an old socket says after a new one was opened is nobody's business.
    const isCurrent = () => socket === opened;
    opened.on('error', (error: NodeJS.ErrnoException) => void (isCurrent() && fail(error.code ?? error.message)));
    opened.on('close', () => void (isCurrent() && fail('CLOSED')));
    return opened;
  };
  const readInto = (length: number, buffer: Uint8Array): boolean => {
    take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  };
  return {
    send(head, body) {
      socket ??= open();
      underWay = true;
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    },
    abort: fail,
    close: drop,
  };
}
