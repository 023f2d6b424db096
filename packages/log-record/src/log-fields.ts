// The fields of the log being read: one pass sorts its members into columns' places, attributes, and losers among aliases.
import { ALIAS, ATTRIBUTES, MESSAGE, UNKNOWN } from '../assembly/shared.ts';
import { type AttributeColumn, rowHasKey } from './attribute-column.ts';
import { codeOfName, FIELD_NAMES } from './field-names.ts';
import { type PathCache, pushMembers, pushValueAttribute } from './flatten.ts';
import { isObject, type JsonObject, jsonText, nestedDeeper } from './json-text.ts';
import { LOG_LIMITS } from './limits.ts';
import type { Rejection } from './log-block.ts';

export interface LogFields {
  /** The winner of each field by its place; undefined where the log has none or null. */
  readonly values: unknown[];
  /** Whether any of them is an object or an array. */
  nested: boolean;
  readonly paths: PathCache;
  /** Fields that lost to another name of theirs, and their values. */
  readonly loserFields: number[];
  readonly loserValues: unknown[];
  /** The names of the log before and their codes: the next one mostly has the same in the same order. */
  readonly placeNames: string[];
  readonly placeCodes: Uint8Array;
}

const PLACES = 16;

/** Scratch space for one block's logs. */
export function createLogFields(paths: PathCache): LogFields {
  return {
    values: new Array<unknown>(FIELD_NAMES.length).fill(undefined),
    nested: false,
    paths,
    loserFields: [],
    loserValues: [],
    placeNames: new Array<string>(PLACES).fill(''),
    placeCodes: new Uint8Array(PLACES).fill(UNKNOWN),
  };
}

function codeAt(fields: LogFields, place: number, name: string): number {
  if (place >= PLACES) return codeOfName(name);
  if (fields.placeNames[place] === name) return fields.placeCodes[place] ?? UNKNOWN;
  const code = codeOfName(name);
  // Only names of fields are kept: any other may be of any length.
  if (code !== UNKNOWN) {
    fields.placeNames[place] = name;
    fields.placeCodes[place] = code;
  }
  return code;
}

/** The canonical name wins over its aliases, the first alias over later ones. */
function takeField(fields: LogFields, code: number, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'object') fields.nested = true;
  const place = code & (ALIAS - 1);
  const before = fields.values[place];
  if (before === undefined) {
    fields.values[place] = value;
    return;
  }
  fields.loserFields.push(place);
  if (code < ALIAS) {
    fields.loserValues.push(before);
    fields.values[place] = value;
  } else {
    fields.loserValues.push(value);
  }
}

/** Sorts the members of a log; `isEvent`: the names of the message are attributes, as an event's message is its name. */
export function readFields(
  fields: LogFields,
  log: JsonObject,
  isEvent: boolean,
  attributes: AttributeColumn,
): Rejection | null {
  const { values } = fields;
  fields.nested = false;
  for (let place = 0; place < FIELD_NAMES.length; place++) values[place] = undefined;
  if (fields.loserFields.length > 0) {
    fields.loserFields.length = 0;
    fields.loserValues.length = 0;
  }
  let place = 0;
  for (const name in log) {
    const value = log[name];
    const code = codeAt(fields, place++, name);
    let rejection: Rejection | null = null;
    if (code === ATTRIBUTES) {
      rejection = pushAttributes(fields, value, attributes);
    } else if (isEvent && name === 'name') {
      values[MESSAGE] = value ?? undefined;
    } else if (code === UNKNOWN || (isEvent && (code & (ALIAS - 1)) === MESSAGE)) {
      rejection = pushValueAttribute(attributes, fields.paths, name, value, 1);
    } else {
      takeField(fields, code, value);
    }
    if (rejection !== null) return rejection;
  }
  return fields.loserFields.length === 0 ? null : pushLosers(fields, attributes);
}

function pushAttributes(fields: LogFields, value: unknown, attributes: AttributeColumn): Rejection | null {
  if (value === null || value === undefined) return null;
  if (isObject(value)) return pushMembers(attributes, fields.paths, value);
  return pushValueAttribute(attributes, fields.paths, 'attributes', value, 1);
}

/** Keeps what lost as `<canonical name>#2`: nothing sent is dropped in silence. */
function pushLosers(fields: LogFields, attributes: AttributeColumn): Rejection | null {
  for (const [at, place] of fields.loserFields.entries()) {
    const rejection = pushSecond(fields, FIELD_NAMES[place] ?? '', fields.loserValues[at], attributes);
    if (rejection !== null) return rejection;
  }
  return null;
}

/** Appends a value that did not become the field of this name, under the first of `<name>#2`, `<name>#3`… that is free. */
export function pushSecond(
  fields: LogFields,
  name: string,
  value: unknown,
  attributes: AttributeColumn,
): Rejection | null {
  let repeat = 2;
  while (rowHasKey(attributes, `${name}#${repeat}`)) repeat++;
  return pushValueAttribute(attributes, fields.paths, `${name}#${repeat}`, value, 1);
}

/** The text of a field that is stored as text: a string as it is, anything else as its JSON text; null = nested too deep. */
export function fieldText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  return nestedDeeper(value, LOG_LIMITS.depthMax - 1) ? null : jsonText(value);
}

/** Takes a field whose value is an object out of its place and appends its members as attributes. */
export function spreadField(fields: LogFields, place: number, attributes: AttributeColumn): Rejection | null {
  const value = fields.values[place];
  fields.values[place] = undefined;
  return pushValueAttribute(attributes, fields.paths, FIELD_NAMES[place] ?? '', value, 1);
}
