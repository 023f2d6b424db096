// Whether a page's origin may use a key: exact origins, and https://*.example.com for sub-domains at any depth.

/** Host name labels before the named domain; nothing else can stand there, so no path, user or port can be smuggled in. */
const LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const WILDCARD = /^https:\/\/\*(\.[^*/?#@\s]+)$/;
const SCHEME = 'https://';
/** `any.com`, which `*.com` names with all others. */
const LABELS_OF_ANY_COM = 2;
const NO_ORIGIN = 'must be an origin (https://app.example.com) or https://*.example.com';
const WHOLE_TOP_LEVEL =
  'names everybody’s sites under a top-level domain: put your own domain behind *., as https://*.example.com';

/** `origin` is the request's header (undefined = none); an empty list allows any request, a list only what it names. */
export function originAllowed(origin: string | undefined, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.length === 0) return true;
  if (origin === undefined) return false;
  if (allowedOrigins.includes(origin)) return true;
  const asked = origin.toLowerCase();
  return allowedOrigins.some((allowed) => matches(asked, allowed.toLowerCase()));
}

/**
 * Why a text may not stand in a key's `allowedOrigins`, where an origin as browsers send it may, or `https://*.` and a domain;
 * null: it may.
 */
export function allowedOriginProblem(text: string): string | null {
  const domain = WILDCARD.exec(text)?.[1];
  const origin = domain === undefined ? text : `${SCHEME}any${domain}`;
  // The URL standard lets * stand in a host name.
  if (origin.includes('*') || !URL.canParse(origin)) return NO_ORIGIN;
  const { protocol, hostname, origin: asSent } = new URL(origin);
  if ((protocol !== 'https:' && protocol !== 'http:') || asSent !== origin) return NO_ORIGIN;
  return domain !== undefined && labelsOf(hostname) <= LABELS_OF_ANY_COM ? WHOLE_TOP_LEVEL : null;
}

/** A dot at the end makes no label. */
function labelsOf(hostname: string): number {
  return hostname.split('.').filter((label) => label !== '').length;
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
