// One connection to a stream of events: opened, read until it ends, and given up when it is silent too long.
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** The API beats every 15 s: after three beats that did not come the connection is dead. */
const SILENCE_MS_MAX = 45_000;

export interface EventStream {
  readonly response: Response;
  /** Events as they come; `id` is told also where there is no event. Ends with the stream. @throws the connection's error */
  read(onId: (id: string) => void): AsyncGenerator<EventSourceMessage>;
}

/** Resolves with the head of the answer, whatever its status. @throws the connection's error */
export async function openEventStream(
  url: URL,
  headers: Readonly<Record<string, string>>,
  stop: AbortSignal,
  silenceMsMax = SILENCE_MS_MAX,
): Promise<EventStream> {
  const silent = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(new Error(`silent for ${silenceMsMax / 1000} s`)), silenceMsMax);
  };
  heard();
  try {
    const response = await fetch(url, {
      headers: { ...headers, accept: 'text/event-stream' },
      signal: AbortSignal.any([stop, silent.signal]),
    });
    // An answer without a stream ends by itself.
    if (!response.ok) clearTimeout(timer);
    return { response, read: (onId) => events(response, onId, heard, () => clearTimeout(timer)) };
  } catch (error) {
    clearTimeout(timer);
    throw silent.signal.aborted ? silent.signal.reason : error;
  }
}

async function* events(
  response: Response,
  onId: (id: string) => void,
  heard: () => void,
  ended: () => void,
): AsyncGenerator<EventSourceMessage> {
  const decoder = new TextDecoder();
  let came: EventSourceMessage[] = [];
  let id: string | undefined;
  const parser = createParser({
    onEvent: (event) => void came.push(event),
    onId: (latest) => {
      id = latest;
    },
  });
  try {
    for await (const chunk of response.body ?? []) {
      heard();
      parser.feed(decoder.decode(chunk, { stream: true }));
      for (const event of came.splice(0)) {
        // The reader of this generator takes the event before it asks for the next: only then it counts as seen.
        yield event;
        if (event.id !== undefined) onId(event.id);
      }
      if (id !== undefined) onId(id);
    }
  } finally {
    came = [];
    ended();
  }
}
