// A closed-loop sender: each connection posts the next body when the last was answered.
import { Agent, request } from 'node:http';

export interface SendOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Makes body number `index`; called once for each. */
  readonly body: (index: number) => Buffer;
  readonly count: number;
  readonly onAnswer?: (answered: number) => void;
}

/** Sends all bodies. @throws Error for any answer but 202 */
export async function sendBodies(options: SendOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  let next = 0;
  let answered = 0;
  const connection = async () => {
    while (next < options.count) {
      const index = next;
      next += 1;
      await post(agent, options, options.body(index));
      answered += 1;
      options.onAnswer?.(answered);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.connections }, connection));
  } finally {
    agent.destroy();
  }
}

function post(agent: Agent, { url, headers }: SendOptions, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...headers, 'content-length': body.byteLength },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`answered ${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    call.end(body);
  });
}
