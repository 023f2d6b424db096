// The top-level names of a log that mean a column, with their aliases; every other name is an attribute.
import {
  ALIAS,
  ATTRIBUTES,
  HOST,
  LEVEL,
  MESSAGE,
  SERVICE,
  SEVERITY_NUMBER,
  SPAN_ID,
  TIMESTAMP,
  TRACE_ID,
  UNKNOWN,
} from '../assembly/shared.ts';

/** The canonical name by place: what the loser among aliases is kept under, as `<name>#2`. */
export const FIELD_NAMES = [
  'message',
  'level',
  'timestamp',
  'service',
  'environment',
  'host',
  'trace_id',
  'span_id',
  'severityNumber',
] as const;

const ALIASES: Readonly<Record<number, readonly string[]>> = {
  [MESSAGE]: ['msg', 'body', 'log'],
  [LEVEL]: ['severity', 'severityText', 'lvl'],
  [TIMESTAMP]: ['time', 'ts', '@timestamp'],
  [SERVICE]: ['service.name', 'serviceName'],
  [HOST]: ['hostname'],
  [TRACE_ID]: ['traceId'],
  [SPAN_ID]: ['spanId'],
  [SEVERITY_NUMBER]: ['severity_number'],
};

/** What each name of a field means: its place, its place + ALIAS, or ATTRIBUTES. */
export const FIELD_CODES = new Map<string, number>([['attributes', ATTRIBUTES]]);
for (const [place, name] of FIELD_NAMES.entries()) FIELD_CODES.set(name, place);
for (const [place, names] of Object.entries(ALIASES)) {
  for (const name of names) FIELD_CODES.set(name, Number(place) + ALIAS);
}

/** A field's place, its place + ALIAS, ATTRIBUTES or UNKNOWN. */
export function codeOfName(name: string): number {
  return FIELD_CODES.get(name) ?? UNKNOWN;
}
