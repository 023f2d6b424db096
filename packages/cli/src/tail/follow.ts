// A live tail that outlives its connections: cut, it comes back behind the last event that was shown.
import { setTimeout as wait } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import {
  failureMessageOf,
  failureOf,
  failureSchema,
  type PresentedKey,
  parseJson,
  reasonOf,
  unreachable,
} from '../http/problems.ts';
import { openEventStream } from './event-stream.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 10_000;
/** Answers that may be others in a moment. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Followed {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: PresentedKey;
  /** Ends it. */
  readonly stop: AbortSignal;
  onEvent(event: string, data: string): Promise<void>;
  /** Once for each cut, with why. */
  onCut(reason: string): void;
  onBack(): void;
}

/**
 * Resolves when it is stopped.
 * @throws CliError where the API refuses, or does not answer at the first try
 */
export async function follow({ url, headers, key, stop, onEvent, onCut, onBack }: Followed): Promise<void> {
  let lastId: string | undefined;
  let wasOpen = false;
  let isCut = false;
  let backoffMs = BACKOFF_FIRST_MS;
  const connect = async (): Promise<string> => {
    const resume = lastId === undefined ? {} : { 'last-event-id': lastId };
    const { response, read } = await openEventStream(url, { ...headers, ...resume }, stop);
    if (!response.ok) return await refusal(response, key, wasOpen);
    if (isCut) onBack();
    [wasOpen, isCut, backoffMs] = [true, false, BACKOFF_FIRST_MS];
    const remember = (id: string) => {
      lastId = id;
    };
    for await (const { event = 'message', data } of read(remember)) {
      if (event === 'error') throw new CliError(errorOf(data, url, key));
      await onEvent(event, data);
    }
    return 'the API has closed the connection';
  };
  while (!stop.aborted) {
    const reason = await connect().catch((error: unknown) => {
      if (error instanceof CliError || isOfOutput(error)) throw error;
      if (!wasOpen && !stop.aborted) throw unreachable('the API', url.origin, 'SAZABI_API_URL', error);
      return reasonOf(error);
    });
    if (stop.aborted) return;
    if (!isCut) onCut(reason);
    isCut = true;
    await wait(backoffMs, undefined, { signal: stop }).catch(() => undefined);
    backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS);
  }
}

/** What to say while trying again. @throws CliError where trying again would not help */
async function refusal(response: Response, key: PresentedKey, wasOpen: boolean): Promise<string> {
  const body = await response.text().catch(() => '');
  if (wasOpen && PASSING_STATUSES.has(response.status)) return `the API answers ${response.status}`;
  throw failureOf(response.status, response.url, body, key);
}

/** The last event of a tail that the API ends. */
function errorOf(data: string, url: URL, key: PresentedKey): string {
  const error = parseJson(data);
  const parsed = failureSchema.safeParse({ error });
  return parsed.success
    ? failureMessageOf(0, url.href, JSON.stringify({ error }), key)
    : 'The API has ended the tail, and not as Sazabi does.';
}

/** Whoever reads our output has gone: `| head`. */
function isOfOutput(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
