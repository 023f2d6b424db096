// What a Content-Type header says of the encoding of a text.

const CHARSET_PARAMETER = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii', '']);

/** Whether a body of this type is UTF-8: it says so, or names no charset. */
export function isUtf8(contentType: string): boolean {
  return UTF8.has(CHARSET_PARAMETER.exec(contentType)?.[1]?.toLowerCase() ?? '');
}
