// Requests of the isolation test, and what is compared of their answers.
import type { System } from '../support/system.ts';

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** At the intake; else at the API. */
  readonly intake?: true;
  /** An event stream: its first events are read, then it is closed. */
  readonly stream?: true;
}

/** A stream is read for so long after it opened: what is there to be resumed comes at once. */
const STREAM_READ_MS = 40;
/** These differ from answer to answer whatever is asked. */
const PASSING_HEADERS = new Set(['date', 'x-request-id', 'x-ratelimit-remaining', 'x-ratelimit-reset']);

export type Asker = ReturnType<typeof createAsker>;
/** Status, all that came (status, headers, body), and the body where it is JSON. */
export type Answer = Awaited<ReturnType<Asker>>;

/** Sends requests to the services of a system. */
export const createAsker = (system: Pick<System, 'apiUrl' | 'intakeUrl'>) => async (ask: Ask) => {
  const stop = new AbortController();
  const response = await fetch(`${ask.intake ? system.intakeUrl : system.apiUrl}${ask.path}`, {
    method: ask.method,
    headers: {
      ...(ask.key === null ? {} : { [ask.intake ? 'x-sazabi-key' : 'x-sazabi-secret-key']: ask.key }),
      ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    },
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    signal: stop.signal,
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? await readFor(response, STREAM_READ_MS, stop) : await response.text();
  const headers = [...response.headers].filter(([name]) => !PASSING_HEADERS.has(name));
  return {
    status: response.status,
    bytes: `${response.status}\n${headers.map((pair) => pair.join(': ')).join('\n')}\n\n${text}`,
    body: text.startsWith('{') && !isStream ? JSON.parse(text) : null,
  };
};

async function readFor(response: Response, ms: number, stop: AbortController): Promise<string> {
  const chunks: Uint8Array[] = [];
  const timer = setTimeout(() => stop.abort(), ms);
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch {
    // Cut off by us.
  }
  clearTimeout(timer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The answer's bytes without its request id, and without the id that was asked for. */
export function comparable(answer: Answer, id: string): string {
  const requestId: unknown = answer.body?.error?.requestId;
  const text = typeof requestId === 'string' ? answer.bytes.replaceAll(requestId, '') : answer.bytes;
  return text.replaceAll(id, '');
}
