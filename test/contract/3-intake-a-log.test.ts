// Section 3 of the contract, what becomes of a log: fields, aliases, levels, timestamps. All are sent at once and read back once.
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, found, newOrganization, type Organization, send } from './support/organization.ts';

interface Case {
  readonly line: string;
  readonly sent: Readonly<Record<string, unknown>> | string;
  readonly stored: Readonly<Record<string, unknown>>;
}

const at = '2026-01-02T03:04:05';
const millis = Date.parse(`${at}Z`);

const FIELDS: readonly Case[] = [
  {
    line: 'message, level, service, environment, host, trace_id, span_id, attributes',
    sent: {
      message: 'whole',
      level: 'warn',
      service: 'shop',
      environment: 'staging',
      host: 'web-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      attributes: { a: 'b' },
    },
    stored: {
      message: 'whole',
      level: 'warn',
      service: 'shop',
      environment: 'staging',
      host: 'web-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      attributes: { a: 'b' },
    },
  },
  { line: 'message may be empty', sent: { message: '' }, stored: { message: '' } },
  {
    line: 'a message that is no string is stored as JSON text',
    sent: { message: { a: 1 } },
    stored: { message: '{"a":1}' },
  },
  {
    line: 'nested attributes are flattened with dots; arrays, {} and null as JSON text; numbers and booleans as their JSON text',
    sent: { message: 'm', attributes: { a: { b: { c: 1.5 } }, list: [1, 'x'], none: null, empty: {}, yes: true } },
    stored: { attributes: { 'a.b.c': '1.5', list: '[1,"x"]', none: 'null', empty: '{}', yes: 'true' } },
  },
  {
    line: 'unknown top-level fields become attributes',
    sent: { message: 'm', colour: 'red', size: { x: 1 } },
    stored: { attributes: { colour: 'red', 'size.x': '1' } },
  },
  {
    line: '__proto__ and constructor are keys like others',
    sent: '{"message":"m","attributes":{"__proto__":"p","constructor":"c"}}',
    stored: { attributes: JSON.parse('{"__proto__":"p","constructor":"c"}') },
  },
];

const ALIASES: readonly Case[] = [
  ...['msg', 'body', 'log'].map((name) => ({
    line: `${name} → message`,
    sent: { [name]: 'x' },
    stored: { message: 'x' },
  })),
  ...['severity', 'severityText', 'lvl'].map((name) => ({
    line: `${name} → level`,
    sent: { message: 'm', [name]: 'error' },
    stored: { level: 'error' },
  })),
  ...['time', 'ts', '@timestamp'].map((name) => ({
    line: `${name} → timestamp`,
    sent: { message: 'm', [name]: `${at}Z` },
    stored: { timestamp: `${at}.000000000Z` },
  })),
  ...['service.name', 'serviceName'].map((name) => ({
    line: `${name} → service`,
    sent: { message: 'm', [name]: 's' },
    stored: { service: 's' },
  })),
  { line: 'hostname → host', sent: { message: 'm', hostname: 'h' }, stored: { host: 'h' } },
  {
    line: 'traceId, spanId',
    sent: { message: 'm', traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
    stored: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  },
  {
    line: 'the canonical name wins; the loser is kept as <key>#2',
    sent: { msg: 'alias', message: 'canonical', attributes: { msg: 'mine' } },
    stored: { message: 'canonical', attributes: { msg: 'mine', 'message#2': 'alias' } },
  },
  {
    line: 'a second writer of one attribute is kept as <key>#2',
    sent: { message: 'm', colour: 'red', attributes: { colour: 'blue' } },
    stored: { attributes: { colour: 'red', 'colour#2': 'blue' } },
  },
];

const level = (value: unknown, name: string, severityNumber: number, field = 'level'): Case => ({
  line: `${field} ${JSON.stringify(value)}: ${name}, ${severityNumber}`,
  sent: { message: 'm', [field]: value },
  stored: { level: name, severityNumber },
});
const LEVELS: readonly Case[] = [
  ...(['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const).map((name, at) =>
    level(name.toUpperCase(), name, 1 + 4 * at),
  ),
  ...([10, 20, 30, 40, 50, 60] as const).map((value, at) =>
    level(value, ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][at] ?? '', 1 + 4 * at),
  ),
  { ...level(3, 'error', 17), line: 'level 0–7 is syslog: 3 is an error' },
  { ...level(7, 'debug', 5), line: 'level 0–7 is syslog: 7 is debug' },
  { ...level(18, 'error', 18), line: 'other 8–24 are OpenTelemetry: 18 is an error' },
  level(9, 'info', 9, 'severityNumber'),
  level(24, 'fatal', 24, 'severity_number'),
  { line: 'default info', sent: { message: 'm' }, stored: { level: 'info', severityNumber: 9 } },
  {
    line: 'unknown text: info, the text kept as attribute level',
    sent: { message: 'm', level: 'loud' },
    stored: { level: 'info', attributes: { level: 'loud' } },
  },
];

const time = (value: unknown, timestamp: string): Case => ({
  line: `timestamp ${JSON.stringify(value)}`,
  sent: { message: 'm', timestamp: value },
  stored: { timestamp },
});
const TIMES: readonly Case[] = [
  time(`${at}.123456789Z`, `${at}.123456789Z`),
  time('2026-01-02T05:34:05.5+02:30', `${at}.500000000Z`),
  time(millis / 1000, `${at}.000000000Z`),
  time(millis + 7, `${at}.007000000Z`),
  time((millis + 7) * 1000 + 5, `${at}.007005000Z`),
  // More digits than a double holds: to the microsecond.
  { ...time(millis * 1e6, `${at}.000000000Z`), line: 'timestamp in nanoseconds' },
];

const CASES = [...FIELDS, ...ALIASES, ...LEVELS, ...TIMES];
const names = (cases: readonly Case[]) => cases.map((one) => [one.line, one] as const);

let own: Organization;
const rows = new Map<number, Record<string, unknown>>();
beforeAll(async () => {
  own = await newOrganization();
  const texts = CASES.map(({ sent }, n) => {
    const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
    return `${text.slice(0, -1)},"case":${n}}`;
  });
  const answer = await send(own.publicKey, texts.join('\n'), { 'content-type': 'application/x-ndjson' });
  expect(answer.body).toMatchObject({ data: { accepted: CASES.length, rejectedCount: 0 } });
  for (const row of await found(own.secretKey, { from: '2020-01-01T00:00:00Z' }, CASES.length))
    rows.set(Number(row.attributes.case), row);
});

function check(one: Case): void {
  const n = CASES.indexOf(one);
  const row = rows.get(n);
  const { attributes, ...columns } = one.stored;
  expect(row).toMatchObject(columns);
  if (attributes !== undefined)
    expect(row?.attributes).toEqual({ ...Object(attributes), ...protoOf(attributes), case: String(n) });
}

/** A spread drops a key `__proto__` of its own. */
function protoOf(attributes: unknown): object {
  const own = Object.getOwnPropertyDescriptor(attributes, '__proto__');
  return own === undefined ? {} : Object.defineProperty({}, '__proto__', { ...own, enumerable: true });
}

describe('a log', () => it.each(names(FIELDS))('%s', (_line, one) => check(one)));
describe('aliases', () => it.each(names(ALIASES))('%s', (_line, one) => check(one)));
describe('level', () => it.each(names(LEVELS))('%s', (_line, one) => check(one)));
describe('timestamp', () => {
  it.each(names(TIMES))('%s', (_line, one) => check(one));

  it('default: time received', () => {
    const row = rows.get(CASES.findIndex(({ line }) => line === 'default info'));
    expect(Math.abs(Date.parse(String(row?.timestamp)) - Date.parse(String(row?.receivedAt)))).toBeLessThan(1_000);
  });

  it.each(['yesterday', '1969-12-31T23:59:59Z', '2262-01-01T00:00:00Z', 1e30])(
    'unreadable or outside 1970–2261: that log is rejected: %s',
    async (timestamp) => {
      const { body } = await send(own.publicKey, [{ message: 'good' }, { message: 'bad', timestamp }]);
      expect(body.data).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'VALIDATION_ERROR' }] });
    },
  );
});

it.each([[{ message: null }], [{}], [{ level: 'info' }]])('a null or absent message: rejected: %j', async (log) => {
  expect(failureOf(await send(own.publicKey, log))).toEqual([400, 'VALIDATION_ERROR']);
});

it('invalid UTF-8 becomes U+FFFD', async () => {
  await send(own.publicKey, Buffer.concat([Buffer.from('{"message":"bad '), Buffer.from([0xff]), Buffer.from('"}')]));
  const [row] = await found(own.secretKey, { search: { query: 'bad \ufffd', mode: 'substring' } });
  expect(row.message).toBe('bad \ufffd');
});
