// Logs of a small web shop, the same ones each time but for their begin: what a reader of the documentation sends.

const LOGS = 400;
const SPAN_MS = 2 * 3_600_000;
const SEED = 20_260_131;

const KINDS = [
  { service: 'catalog', level: 'info', message: 'page served', status: 200, weight: 10 },
  { service: 'catalog', level: 'debug', message: 'cache miss', status: 200, weight: 4 },
  { service: 'checkout', level: 'info', message: 'order placed', status: 201, weight: 6 },
  { service: 'checkout', level: 'warn', message: 'card declined', status: 402, weight: 2 },
  { service: 'payment', level: 'error', message: 'payment timed out after 3000 ms', status: 504, weight: 1 },
] as const;

/** NDJSON of the two hours before `nowMs`. */
export function shopLogs(nowMs: number): string {
  const random = createRandom(SEED);
  const lines = Array.from({ length: LOGS }, (_, at) => {
    const { weight: _weight, status, ...log } = pick(random());
    // More and more of them.
    const timestamp = new Date(nowMs - SPAN_MS + SPAN_MS * Math.sqrt((at + random()) / LOGS)).toISOString();
    const attributes = { status, 'user.id': Math.floor(random() * 90) + 10 };
    return JSON.stringify({ timestamp, ...log, host: `web-${1 + Math.floor(random() * 2)}`, attributes });
  });
  return `${lines.join('\n')}\n`;
}

function pick(share: number): (typeof KINDS)[number] {
  let left = share * KINDS.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of KINDS) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return KINDS[0];
}

/** Park and Miller's generator: from 0 to 1. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
