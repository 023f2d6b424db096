// Whether a page's origin may use a key: exact origins, and https://*.example.com for sub-domains at any depth.

/** Host name labels before the named domain; nothing else can stand there, so no path, user or port can be smuggled in. */
const LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const WILDCARD = /^https:\/\/\*(\.[^*/?#@\s]+)$/;
const SCHEME = 'https://';

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
  const domain = WILDCARD.exec(text)?.[1];
  const origin = domain === undefined ? text : `${SCHEME}any${domain}`;
  // The URL standard lets * stand in a host name.
  if (origin.includes('*')) return false;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === origin;
}

function matches(origin: string, allowed: string): boolean {
  const domain = WILDCARD.exec(allowed)?.[1];
  if (domain === undefined) return origin === allowed;
  return (
    origin.startsWith(SCHEME) &&
    origin.endsWith(domain) &&
    LABELS.test(origin.slice(SCHEME.length, origin.length - domain.length))
  );
}
