// Seeded, varied application logs of about 290 bytes as JSON: the same seed gives the same logs.

/** A seeded generator of numbers in [0, 1): xorshift32, good enough for test data. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

export interface GeneratedLog {
  readonly message: string;
  readonly level: string;
  readonly service: string;
  readonly timestamp: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const SERVICES = ['cart', 'checkout', 'gateway', 'identity', 'inventory', 'mailer', 'pricing', 'shipping'];
const REGIONS = ['ap-south-1', 'eu-central-1', 'us-east-2'];
const PATHS = ['/v1/baskets', '/v1/customers', '/v1/orders', '/v1/quotes', '/v2/search', '/livez'];
const LEVELS = ['info', 'info', 'info', 'info', 'info', 'info', 'info', 'debug', 'warn', 'error'];

/** Makes one log a call; timestamps are `atMs`. */
export function createLogGenerator(seed: number): (atMs: number) => GeneratedLog {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const pick = (list: readonly string[]): string => list[whole(list.length)] ?? '';
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += whole(0x10000).toString(16).padStart(4, '0');
    return text;
  };
  const messages: readonly ((attributes: Record<string, string>) => string)[] = [
    (attributes) => {
      attributes.path = pick(PATHS);
      attributes.status = String(200 + whole(5) * 100 + whole(5));
      return `request handled method=GET path=${attributes.path}/${whole(900_000)} status=${attributes.status} duration=${whole(900)}ms size=${whole(20_000)}`;
    },
    (attributes) => {
      attributes.pool = 'primary';
      return `statement finished rows=${whole(700)} duration=${whole(300)}ms connection=${whole(40)} fingerprint=${hex(12)} table=orders`;
    },
    (attributes) => {
      attributes.queue = 'outbox';
      return `message ${hex(16)} delivered to ${pick(SERVICES)} on attempt ${1 + whole(4)} after ${whole(4000)}ms in partition ${whole(24)}`;
    },
    (attributes) => {
      attributes.release = `2026.${1 + whole(12)}.${whole(9)}`;
      return `lookup of session ${hex(16)} ${random() < 0.8 ? 'served from cache' : 'went to the store'} ttl=${whole(3600)}s shard=${whole(64)}`;
    },
  ];
  return (atMs) => {
    const attributes: Record<string, string> = {
      trace: hex(12),
      instance: `i-${whole(96)}`,
      region: pick(REGIONS),
      customer: `c_${whole(60_000)}`,
    };
    const compose = messages[whole(messages.length)];
    const message = compose === undefined ? '' : compose(attributes);
    return {
      message,
      level: pick(LEVELS),
      service: pick(SERVICES),
      timestamp: new Date(atMs).toISOString(),
      attributes,
    };
  };
}
