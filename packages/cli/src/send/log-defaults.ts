// What --service, --level, --environment and --attribute add to logs: they fill in what a log does not say itself.

export interface LogDefaults {
  readonly service?: string;
  readonly level?: string;
  readonly environment?: string;
  readonly attributes: readonly (readonly [string, string])[];
}

declare global {
  interface JSON {
    /** ECMAScript's "JSON.parse source text access", in Node since 21: keeps a number's digits as they were written. */
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): boolean;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** All names that the intake takes for a field: a log that has one of them says it itself. */
const NAMES = {
  service: ['service', 'service.name', 'serviceName'],
  level: ['level', 'severity', 'severityText', 'lvl', 'severityNumber', 'severity_number'],
  environment: ['environment'],
} as const;

/** A maker of the JSON of a line of text. `nowMs` is the clock; lines read in one millisecond keep their order by nanoseconds. */
export function textToJson(defaults: LogDefaults, nowMs: () => number): (message: string) => string {
  const { attributes, ...fields } = defaults;
  const rest = JSON.stringify({
    ...fields,
    ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) }),
  });
  const after = rest === '{}' ? '}' : `,${rest.slice(1)}`;
  let lastMs = 0;
  let nanos = 0;
  return (message) => {
    const atMs = nowMs();
    if (atMs > lastMs || nanos >= 999_999) {
      lastMs = Math.max(atMs, lastMs + 1);
      nanos = 0;
    } else nanos += 1;
    const time = `${new Date(lastMs).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
    return `{"timestamp":"${time}","message":${JSON.stringify(message)}${after}`;
  };
}

/** A filler of JSON logs. What is not a JSON object goes through as it is: the intake says what is wrong with it. */
export function fillJson(defaults: LogDefaults): (json: string) => string {
  const fields = (['service', 'level', 'environment'] as const).flatMap((name) => {
    const value = defaults[name];
    return value === undefined ? [] : [{ name, value }];
  });
  const attributes = Object.fromEntries(defaults.attributes);
  if (fields.length === 0 && defaults.attributes.length === 0) return (json) => json;
  return (json) => {
    const log = parseObject(json);
    if (log === null) return json;
    const filled: Record<string, unknown> = { ...log };
    for (const { name, value } of fields)
      if (!NAMES[name].some((alias) => Object.hasOwn(log, alias))) filled[name] = value;
    const own = log.attributes;
    if (defaults.attributes.length > 0 && (own === undefined || isObject(own)))
      filled.attributes = { ...attributes, ...(isObject(own) ? own : {}) };
    return JSON.stringify(filled);
  };
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(json, (_key, part, { source }) =>
      typeof part === 'number' && source !== undefined ? JSON.rawJSON(source) : part,
    );
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
