// A client that writes bytes as they are and judges whatever comes back.
import { connect } from 'node:net';
import { ERROR_STATUS, type ErrorCode } from '@sazabi/contract';
import type { MutatedRequest } from './mutated-request.ts';

/** A malformed request may leave the server waiting for more; then the client gives up. */
const QUIET_MS = 40;
const ANSWER_MS = 20_000;
const BARE = /^HTTP\/1\.1 (400|431|505) [^\r]*\r\nConnection: close\r\n\r\n<h1>/;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** What is wrong with what came back, or null; and the statuses, for a summary. */
export interface Exchanged {
  readonly problem: string | null;
  readonly statuses: readonly number[];
}

/** Sends one request on a connection of its own. */
export async function exchange(port: number, request: MutatedRequest): Promise<Exchanged> {
  const received = await talk(port, request);
  const judged = judge(received);
  if (judged.problem === null && request.mustBeAnswered && judged.statuses.length !== 1)
    return { ...judged, problem: `${judged.statuses.length} answers to a whole request` };
  return judged;
}

function talk(port: number, request: MutatedRequest): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    let received = '';
    let timer: NodeJS.Timeout;
    const patience = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), ms);
    };
    patience(request.mustBeAnswered ? ANSWER_MS : QUIET_MS);
    socket.on('data', (text: string) => {
      received += text;
      if (received !== CONTINUE) patience(QUIET_MS);
      if (request.mustBeAnswered && judge(received).statuses.length === 1) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    for (const piece of request.pieces) socket.write(piece);
    if (request.then === 'half-close') socket.end();
    if (request.then === 'destroy') socket.destroySoon();
  });
}

function judge(received: string): Exchanged {
  const statuses: number[] = [];
  let rest = received;
  while (rest !== '') {
    if (rest.startsWith(CONTINUE)) {
      rest = rest.slice(CONTINUE.length);
      continue;
    }
    const bare = BARE.exec(rest);
    if (bare !== null) return { problem: null, statuses: [...statuses, Number(bare[1])] };
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) return { problem: `cut answer: ${rest.slice(0, 200)}`, statuses };
    const head = rest.slice(0, headEnd);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1] ?? 0);
    const body = rest.slice(headEnd + 4, headEnd + 4 + length);
    // The answer to a HEAD has a length and no body; nothing follows it then but another answer.
    const isHead = length > 0 && (body === '' || body.startsWith('HTTP/1.1 '));
    rest = rest.slice(headEnd + 4 + (isHead ? 0 : length));
    const problem = isHead ? headProblem(head) : answerProblem(status, head, body, length);
    if (problem !== null) return { problem: `${problem}: ${head} ${body.slice(0, 300)}`, statuses };
    statuses.push(status);
  }
  return { problem: null, statuses };
}

function headProblem(head: string): string | null {
  if (!/^x-request-id: [A-Za-z0-9._-]{1,128}\r?$/im.test(head)) return 'no request id';
  return /^vary: Origin\r?$/im.test(head) ? null : 'no vary';
}

function answerProblem(status: number, head: string, body: string, length: number): string | null {
  const problem = headProblem(head);
  if (problem !== null) return problem;
  if (status === 204) return length === 0 ? null : 'a 204 with a body';
  if (body.length !== length) return 'a body shorter than its length';
  const parsed: unknown = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('data' in parsed) || !('error' in parsed))
    return 'no envelope';
  if (status === 200 || status === 202) return parsed.error === null && parsed.data !== null ? null : 'no success';
  const { error } = parsed;
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'no error';
  if (error.code === 'INTERNAL_ERROR') return 'an internal error';
  return isCode(error.code) && ERROR_STATUS[error.code] === status ? null : 'a code that is not of its status';
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERROR_STATUS;
}
