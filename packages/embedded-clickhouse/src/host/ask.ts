// The host's questions to its own engine, over the same HTTP port that clients use.
import { request } from 'node:http';
import { ASK_TIMEOUT_MS, LISTEN_HOST } from '../limits.ts';

export type Ask = (query: string) => Promise<string>;

/** Sends queries as `app`. No connection is kept open (`agent: false`): an open one delays the engine's end by seconds. */
export function createAsk(port: number, authorization: string): Ask {
  return (query) =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: LISTEN_HOST, port, method: 'POST', agent: false, headers: { authorization }, timeout: ASK_TIMEOUT_MS },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (part: string) => {
              text += part;
            })
            .on('end', () => (response.statusCode === 200 ? resolve(text.trim()) : reject(new Error(text))))
            .on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ASK_TIMEOUT_MS} ms`)));
      sent.on('error', reject).end(query);
    });
}
