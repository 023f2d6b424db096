// Varied logs with what must be read back of each: the expectation is made first, then written in one of the accepted forms.
import { seededRandom } from '@sazabi/load/log-generator';

export interface ExpectedLog {
  /** Unique; sent and stored as attribute `n`. */
  readonly n: string;
  readonly message: string;
  readonly level: string;
  readonly severityNumber: number;
  readonly service: string;
  readonly environment: string;
  readonly host: string;
  /** ISO 8601 UTC with nine digits. */
  readonly timestamp: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface VariedLog {
  readonly sent: Readonly<Record<string, unknown>>;
  readonly expected: ExpectedLog;
}

/** Level, its OpenTelemetry severity number, and the same in pino's and syslog's numbers. */
const LEVELS = [
  ['trace', 1, 10, null],
  ['debug', 5, 20, 7],
  ['info', 9, 30, 6],
  ['warn', 13, 40, 4],
  ['error', 17, 50, 3],
  ['fatal', 21, 60, null],
] as const;

const WORDS = [
  'order',
  'user',
  'naïve',
  'größer',
  '日志',
  'журнал',
  '🚀',
  'e\u0301',
  'tab\there',
  'quote"d',
  'back\\slash',
  "it's",
  '%',
  '_',
  '\u0000nul',
  'لوحة',
];

/** Log number `index` of a seeded sequence; its time lies within the hour before `untilMs`. */
export function createVariedLogs(seed: number, untilMs: number): (index: number) => VariedLog {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const pick = <T>(list: readonly T[], otherwise: T): T => list[whole(list.length)] ?? otherwise;
  const words = (count: number): string => Array.from({ length: count }, () => pick(WORDS, 'x')).join(' ');
  const hex = (digits: number): string =>
    Array.from({ length: digits / 2 }, () => whole(256).toString(16).padStart(2, '0')).join('');

  return (index) => {
    const level = pick(LEVELS, LEVELS[2]);
    const ms = untilMs - whole(3_600_000);
    const nanos = whole(1_000_000);
    const iso = new Date(ms).toISOString();
    const traced = random() < 0.3;
    const expected: ExpectedLog = {
      n: String(index),
      message: `${index} ${words(1 + whole(12))}`,
      level: level[0],
      severityNumber: level[1],
      service: `service-${whole(20)}`,
      environment: pick(['production', 'staging', ''], ''),
      host: random() < 0.5 ? `host-${whole(300)}` : '',
      timestamp: `${iso.slice(0, -1)}${String(nanos).padStart(6, '0')}Z`,
      traceId: traced ? hex(32) : null,
      spanId: traced ? hex(16) : null,
      attributes: {
        n: String(index),
        'http.status': String(200 + whole(400)),
        'http.path': `/${words(1)}`,
        ratio: String(whole(1000) / 8),
        ok: String(random() < 0.5),
      },
    };
    return { sent: writeLog(expected, level, { whole, random }), expected };
  };
}

type Level = (typeof LEVELS)[number];

/** One of the forms that the intake takes, all meaning the same log. */
function writeLog(
  log: ExpectedLog,
  level: Level,
  chance: { whole(below: number): number; random(): number },
): Record<string, unknown> {
  const { whole, random } = chance;
  const choose = (names: readonly string[]): string => names[whole(names.length)] ?? '';
  const sent: Record<string, unknown> = {
    [choose(['message', 'msg', 'body', 'log'])]: log.message,
    [choose(['timestamp', 'time', 'ts', '@timestamp'])]: log.timestamp,
    [choose(['service', 'service.name', 'serviceName'])]: log.service,
  };
  const form = whole(4);
  if (form === 0) sent.level = level[0].toUpperCase();
  else if (form === 1) sent.level = level[2];
  else if (form === 2 && level[3] !== null) sent.severity = level[3];
  else sent.severityNumber = level[1];
  if (log.environment !== '') sent.environment = log.environment;
  if (log.host !== '') sent[choose(['host', 'hostname'])] = log.host;
  if (log.traceId !== null) sent[choose(['trace_id', 'traceId'])] = log.traceId;
  if (log.spanId !== null) sent[choose(['span_id', 'spanId'])] = log.spanId;
  const { n, ratio, ok } = log.attributes;
  const http = { status: Number(log.attributes['http.status']), path: log.attributes['http.path'] };
  const rest = { n, ratio: Number(ratio), ok: ok === 'true' };
  if (random() < 0.5) sent.attributes = { http, ...rest };
  else Object.assign(sent, { http }, rest);
  return sent;
}
