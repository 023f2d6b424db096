// Flattening of a log's attributes: nested objects become dotted keys, arrays and empty objects JSON text.
import { type AttributeColumn, pushAttribute } from './attribute-column.ts';
import { isObject, type JsonObject, jsonText, nestedDeeper } from './json-text.ts';
import { LOG_LIMITS } from './limits.ts';
import type { Rejection } from './log-block.ts';
import { REJECTIONS } from './rejection.ts';

/** Dotted keys by prefix and name, so that the keys of nested logs are not built and hashed anew for each log. */
export interface PathCache {
  readonly paths: Map<string, Map<string, string>>;
  size: number;
}

/** Past this many the cache starts over: it is for the keys that come again. */
const PATHS_MAX = 4096;

/** An empty cache; it lives as long as the block, over its batches. */
export function createPathCache(): PathCache {
  return { paths: new Map(), size: 0 };
}

/** `<prefix>.<name>`, or null where it is longer than a key may be (so that no long one is ever built). */
function joinPath(cache: PathCache, prefix: string, name: string): string | null {
  let names = cache.paths.get(prefix);
  const known = names?.get(name);
  if (known !== undefined) return known;
  if (prefix.length + 1 + name.length > LOG_LIMITS.attributeKeyBytesMax) return null;
  if (cache.size === PATHS_MAX) {
    cache.paths.clear();
    cache.size = 0;
    names = undefined;
  }
  if (names === undefined) {
    names = new Map();
    cache.paths.set(prefix, names);
  }
  const path = `${prefix}.${name}`;
  names.set(name, path);
  cache.size++;
  return path;
}

/** Appends one attribute of text, within the limits of a row. */
export function pushTextAttribute(column: AttributeColumn, key: string, value: string): Rejection | null {
  if (column.count - column.rowFirst === LOG_LIMITS.attributesMax) return REJECTIONS.attributes;
  // A unit is a byte at least: what is surely too large is never written.
  if (value.length > LOG_LIMITS.logBytesMax) return REJECTIONS.tooLarge;
  if (!pushAttribute(column, key, value)) return REJECTIONS.attributeKey;
  return column.rowBytes > LOG_LIMITS.logBytesMax ? REJECTIONS.tooLarge : null;
}

/** Appends an attribute of any JSON value; `level` is that of the object that holds it (the log itself: 1). */
export function pushValueAttribute(
  column: AttributeColumn,
  cache: PathCache,
  key: string,
  value: unknown,
  level: number,
): Rejection | null {
  if (typeof value === 'string') return pushTextAttribute(column, key, value);
  if (typeof value !== 'object' || value === null) return pushTextAttribute(column, key, jsonText(value));
  if (level === LOG_LIMITS.depthMax) return REJECTIONS.depth;
  if (isObject(value)) return flattenObject(column, cache, key, value, level + 1);
  if (nestedDeeper(value, LOG_LIMITS.depthMax - level)) return REJECTIONS.depth;
  return pushTextAttribute(column, key, JSON.stringify(value));
}

/** Appends the members of a nested object under dotted keys; `{}` is text, as an attribute without members would vanish. */
function flattenObject(
  column: AttributeColumn,
  cache: PathCache,
  prefix: string,
  members: JsonObject,
  level: number,
): Rejection | null {
  let empty = true;
  for (const name in members) {
    empty = false;
    const path = joinPath(cache, prefix, name);
    if (path === null) return REJECTIONS.attributeKey;
    const rejection = pushValueAttribute(column, cache, path, members[name], level);
    if (rejection !== null) return rejection;
  }
  return empty ? pushTextAttribute(column, prefix, '{}') : null;
}

/** Appends the members of `attributes`, whose keys stand for themselves. */
export function pushMembers(column: AttributeColumn, cache: PathCache, members: JsonObject): Rejection | null {
  for (const name in members) {
    const value = members[name];
    const rejection =
      typeof value === 'string'
        ? pushTextAttribute(column, name, value)
        : pushValueAttribute(column, cache, name, value, 1);
    if (rejection !== null) return rejection;
  }
  return null;
}
