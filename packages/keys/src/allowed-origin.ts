// Whether a page's origin may use a key: exact origins, and https://*.example.com for sub-domains at any depth.

/** Host name labels before the named domain; nothing else can stand there, so no path, user or port can be smuggled in. */
const LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const WILDCARD = /^(https?:\/\/)\*(\.[^*/?#@\s]+)$/;

/** `origin` is the request's header (undefined = none); an empty list allows any request, a list only what it names. */
export function originAllowed(origin: string | undefined, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.length === 0) return true;
  if (origin === undefined) return false;
  if (allowedOrigins.includes(origin)) return true;
  const asked = origin.toLowerCase();
  return allowedOrigins.some((allowed) => matches(asked, allowed.toLowerCase()));
}

/** Whether a text may stand in a key's `allowedOrigins`: an origin as browsers send it, or `https://*.` and a domain. */
export function isAllowedOriginForm(text: string): boolean {
  const wildcard = WILDCARD.exec(text);
  if (wildcard !== null && wildcard[1] !== 'https://') return false;
  const origin = wildcard === null ? text : `https://any${wildcard[2]}`;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === origin;
}

function matches(origin: string, allowed: string): boolean {
  const wildcard = WILDCARD.exec(allowed);
  if (wildcard === null) return origin === allowed;
  const [, scheme = '', domain = ''] = wildcard;
  return (
    origin.startsWith(scheme) &&
    origin.endsWith(domain) &&
    LABELS.test(origin.slice(scheme.length, origin.length - domain.length))
  );
}
