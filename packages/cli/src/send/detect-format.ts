// Tells the format of an input by its first bytes.

export const FORMATS = ['text', 'ndjson', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/**
 * NDJSON: the first line is a whole JSON object. JSON: an array of objects, or an object that goes on over lines.
 * Everything else is text, a line such as `[2026-01-31 12:00:00] …` too.
 */
export function detectFormat(head: Buffer): Format {
  const text = head.toString('utf8').replace(/^[\ufeff\s]+/, '');
  if (/^\[\s*(?:\{|\]\s*$)/.test(text)) return 'json';
  if (!/^\{\s*["}]/.test(text)) return 'text';
  const [first = '', ...more] = text.split('\n');
  if (isJson(first)) return 'ndjson';
  // A first line that is not JSON: a pretty-printed object has a line break where JSON allows one, a broken NDJSON line has not.
  return more.length > 0 && /[{[,:]\s*$/.test(first) ? 'json' : 'ndjson';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
