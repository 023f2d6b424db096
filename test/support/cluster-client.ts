// A client that knows every intake and API of a cluster and moves on to the next when one does not answer.
import { type Client, clientOf } from './client.ts';
import type { Cluster } from './cluster.ts';

/** Above what an intake waits for a bus that is gone (about 3 s), below what a paused process is paused for. */
const REQUEST_DEADLINE_MS = 5_000;

/** A public key that a load may use: without a rate limit. */
export async function createLoadKey(client: Client): Promise<string> {
  return (await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null })).key;
}

/** @param first the number of the intake and API it begins with, from 0 */
export function createClusterClient(
  cluster: Pick<Cluster, 'intakes' | 'apis' | 'publicKey' | 'secretKey'>,
  first = 0,
): Client & { moveOn(): void } {
  const intakes = inTurn(cluster.intakes, first);
  const apis = inTurn(cluster.apis, first);
  const client = clientOf({
    publicKey: cluster.publicKey,
    secretKey: cluster.secretKey,
    intake: intakes.ask,
    api: apis.ask,
  });
  return { ...client, moveOn: intakes.moveOn };
}

function inTurn(services: readonly { readonly url: string }[], first: number) {
  let current = first;
  return {
    moveOn() {
      current += 1;
    },
    /** One attempt; after none or a 503 the next attempt goes to the next one. Whether to try again is the caller's. */
    async ask(path: string, init: RequestInit): Promise<Response> {
      const asked = current;
      const moveOn = () => {
        if (current === asked) current += 1;
      };
      const url = services[asked % services.length]?.url ?? '';
      try {
        const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(REQUEST_DEADLINE_MS), ...init });
        if (response.status === 503) moveOn();
        return response;
      } catch (error) {
        moveOn();
        throw error;
      }
    },
  };
}
