// The top-level names of a log that mean a column, with their aliases; every other name is an attribute.

/** Places of the fields in a row's scratch array. */
export const MESSAGE = 0;
export const LEVEL = 1;
export const TIMESTAMP = 2;
export const SERVICE = 3;
export const ENVIRONMENT = 4;
export const HOST = 5;
export const TRACE_ID = 6;
export const SPAN_ID = 7;
export const SEVERITY_NUMBER = 8;
export const FIELD_COUNT = 9;

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

/** Added to a field's place where the name is an alias. */
export const ALIAS = 16;
export const ATTRIBUTES = 32;
export const UNKNOWN = 33;

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
