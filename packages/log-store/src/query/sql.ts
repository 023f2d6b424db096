// SQL as fragments whose only raw text is literals of this source: every value travels as a bound parameter.

/** Types of ClickHouse that parameters have. */
export type ParameterType =
  | 'String'
  | 'Array(String)'
  | 'UUID'
  | 'Array(UUID)'
  | 'Date'
  | 'Array(Date)'
  | 'Float64'
  | 'Int64'
  | 'Array(Int64)'
  | 'UInt32'
  | 'UInt64';

type ParameterValue = string | number | bigint | readonly string[] | readonly bigint[];

/** A value to be bound; never part of the text. */
export interface Bound {
  readonly type: ParameterType;
  readonly value: ParameterValue;
}

/** Not exported: nobody else can write a fragment down. */
const made = Symbol('made');

/** A fragment; only {@link sql} and {@link join} make one, so that no text from outside can become SQL. */
export interface Sql {
  readonly [made]: true;
  readonly parts: readonly (string | Bound)[];
}

/** A value for a fragment: `{name:Type}` in the statement. */
export function bound(type: ParameterType, value: ParameterValue): Bound {
  return { type, value };
}

/** A fragment from a template: interpolated are fragments and bound values, nothing else. */
export function sql(text: TemplateStringsArray, ...values: readonly (Sql | Bound)[]): Sql {
  const parts = text.flatMap((literal, at) => {
    const value = values[at];
    if (value === undefined) return [literal];
    return 'parts' in value ? [literal, ...value.parts] : [literal, value];
  });
  return { [made]: true, parts };
}

/** Fragments in a row: `a AND b AND c`. */
export function join(fragments: readonly Sql[], separator: ' AND ' | ' OR ' | ', '): Sql {
  return { [made]: true, parts: fragments.flatMap(({ parts }, at) => (at === 0 ? parts : [separator, ...parts])) };
}

/** ClickHouse takes 128 KiB a parameter (`http_max_field_value_size`), as it is sent: a third of that in units of a text fits. */
const PARAMETER_UNITS_MAX = 40_000;
/** Quotes and comma of an element. */
const ELEMENT_FIXED_UNITS = 3;

/** The statement's text and its parameters, as `@clickhouse/client` takes them; a long array in several. */
export function render({ parts }: Sql): { query: string; query_params: Record<string, ParameterValue> } {
  const parameters: Record<string, ParameterValue> = {};
  const text = parts.map((part, at) => {
    if (typeof part === 'string') return part;
    const names = inPieces(part.value).map((piece, number) => {
      const name = number === 0 ? `p${at}` : `p${at}_${number}`;
      parameters[name] = piece;
      return `{${name}:${part.type}}`;
    });
    return names.length === 1 ? names.join() : `arrayConcat(${names.join(', ')})`;
  });
  return { query: text.join(''), query_params: parameters };
}

/** The value, or an array's in order in as few pieces as the size of a parameter allows. */
function inPieces(value: ParameterValue): ParameterValue[] {
  if (typeof value !== 'object') return [value];
  const cuts = [0];
  let units = 0;
  for (const [at, element] of value.entries()) {
    const added = String(element).length + ELEMENT_FIXED_UNITS;
    if (units + added > PARAMETER_UNITS_MAX && units > 0) {
      cuts.push(at);
      units = 0;
    }
    units += added;
  }
  return cuts.map((from, number) => value.slice(from, cuts[number + 1]));
}
