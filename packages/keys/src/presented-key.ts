// Which key a request presents: own header, then Bearer, then ?key=; and what is said to a client that presents it wrongly.
import { ContractError, PUBLIC_KEY_HEADER, SECRET_KEY_HEADER } from '@sazabi/contract';
import { KEY_TYPE_PREFIX, type KeyType } from './key-form.ts';

/** Where a request may carry a key; undefined or empty = not there. */
export interface PresentedKeySources {
  /** `x-sazabi-key` at the intake, `x-sazabi-secret-key` at the API. */
  readonly ownHeader: string | undefined;
  readonly authorization: string | undefined;
  /** The decoded `?key=`. A secret key in a URL is never taken. */
  readonly queryKey?: string | undefined;
  /** The other service's header, so that a key in it can be told where it belongs. */
  readonly otherHeader?: string | undefined;
}

const OWN_HEADER = { public: PUBLIC_KEY_HEADER, secret: SECRET_KEY_HEADER } as const satisfies Record<KeyType, string>;
const BEARER = /^bearer(?:\s+|$)/i;
/** A key behind no scheme or another vendor's (`Token pk_…`). */
const KEY_WITHOUT_BEARER = /(?:^|[\s"'`<{[=:])((?:pk|sk)_\S*)/;
/** What people put before a key by mistake; it does not hide which type the key is. */
const WRAPPING = /^(?:bearer\s+|["'`<{[]\s*)+/i;

// Answers to bad keys are made once: whoever sends many of them costs no stack traces.
const MISSING = { public: missing('public'), secret: missing('secret') };
const SCHEME = { public: scheme('public'), secret: scheme('secret') };
const WRONG_TYPE = {
  public: new ContractError(
    'WRONG_KEY_TYPE',
    `A secret key (sk_…) was sent to the intake. Logs are written with a public key (pk_…) in the header ${PUBLIC_KEY_HEADER}. If this secret key is in a browser or an app, revoke it now.`,
  ),
  secret: new ContractError(
    'WRONG_KEY_TYPE',
    `A public key (pk_…) was sent to the API. It can only write logs, at the intake; read and manage with a secret key (sk_…) in the header ${SECRET_KEY_HEADER}.`,
  ),
};
const AMBIGUOUS = new ContractError(
  'INVALID_API_KEY',
  'The request carries two different keys. Send one key, in one place.',
  { reason: 'ambiguous' },
);
const IN_OTHER_HEADER = { public: inOtherHeader('public'), secret: inOtherHeader('secret') };
const SECRET_IN_URL = new ContractError(
  'MISSING_API_KEY',
  `A secret key in a URL is not accepted: URLs end in logs and histories. Send it in the header ${SECRET_KEY_HEADER} or as Authorization: Bearer sk_….`,
);

/**
 * The one key of a request, trimmed, or the answer to give instead. Its form is not checked here.
 * `type` is what the service takes: a key of the other type is refused by its prefix wherever it stands, before anything else.
 */
export function presentedKey(sources: PresentedKeySources, type: KeyType = 'public'): string | ContractError {
  const own = sources.ownHeader?.trim() ?? '';
  const authorization = sources.authorization?.trim() ?? '';
  const query = sources.queryKey?.trim() ?? '';
  const other = sources.otherHeader?.trim() ?? '';
  // By far the most common request ends here.
  if (own !== '' && authorization === '' && query === '' && other === '' && !own.includes(','))
    return wrongKeyType(own, type) ?? own;

  // A header sent twice comes joined by a comma.
  const credentials = parts(authorization);
  const bearers = credentials.filter((part) => BEARER.test(part));
  const schemeless = credentials
    .filter((part) => !BEARER.test(part))
    .flatMap((part) => KEY_WITHOUT_BEARER.exec(part)?.[1] ?? []);
  const taken = [
    ...parts(own),
    ...bearers.map((part) => part.replace(BEARER, '')),
    ...(type === 'public' ? [query] : []),
  ].filter((key) => key !== '');
  // Not taken from there, but a key of this service's type is a second key.
  const elsewhere = [...parts(other), query].filter((key) => key.startsWith(KEY_TYPE_PREFIX[type]));
  for (const key of [...taken, ...schemeless, query, ...parts(other)]) {
    const wrong = wrongKeyType(key, type);
    if (wrong !== null) return wrong;
  }
  if (schemeless.length > 0) return SCHEME[type];
  if (taken[0] !== undefined) {
    if (new Set([...taken, ...elsewhere]).size > 1) return AMBIGUOUS;
    return type === 'secret' && elsewhere.includes(query) ? SECRET_IN_URL : taken[0];
  }
  if (query !== '') return SECRET_IN_URL;
  if (elsewhere.length > 0) return IN_OTHER_HEADER[type];
  return authorization === '' || bearers.length > 0 ? MISSING[type] : SCHEME[type];
}

function parts(header: string): string[] {
  return header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The answer to a key of the type that this service does not take, told by its prefix alone; null where it may go on. */
export function wrongKeyType(key: string, type: KeyType): ContractError | null {
  if (key.startsWith(KEY_TYPE_PREFIX[type])) return null;
  return key.replace(WRAPPING, '').startsWith(KEY_TYPE_PREFIX[type === 'public' ? 'secret' : 'public'])
    ? WRONG_TYPE[type]
    : null;
}

/** The answer to a key whose form or checksum is wrong; says more where the mistake can be seen. */
export function malformedKey(key: string, type: KeyType): ContractError {
  return BEARER.test(key) ? MALFORMED_BEARER[type] : /^["'`<{[]/.test(key) ? MALFORMED_QUOTED : MALFORMED[type];
}

/** The answer to a well-formed key that nobody knows. */
export const UNKNOWN_KEY = new ContractError(
  'INVALID_API_KEY',
  'This key is not known here. Its form is right: it belongs to another installation, or was deleted long ago. Make a new one (sazabi keys).',
  { reason: 'unknown' },
);

const MALFORMED = { public: malformed('public'), secret: malformed('secret') };
const MALFORMED_QUOTED = new ContractError(
  'INVALID_API_KEY',
  'The key was sent with quotes or brackets around it. Send the key alone.',
  { reason: 'malformed' },
);
const MALFORMED_BEARER = { public: bearerInOwnHeader('public'), secret: bearerInOwnHeader('secret') };

function howToSend(type: KeyType): string {
  const url = type === 'public' ? ', or ?key=pk_… where headers cannot be set' : '';
  return `Send a ${type} key in the header ${OWN_HEADER[type]}: ${KEY_TYPE_PREFIX[type]}…, or as Authorization: Bearer ${KEY_TYPE_PREFIX[type]}…${url}.`;
}

function missing(type: KeyType): ContractError {
  return new ContractError('MISSING_API_KEY', `The request carries no key. ${howToSend(type)}`);
}

function inOtherHeader(type: KeyType): ContractError {
  const other = type === 'public' ? 'secret' : 'public';
  return new ContractError(
    'MISSING_API_KEY',
    `The ${type} key was sent in the header ${OWN_HEADER[other]}, which is for ${other} keys. ${howToSend(type)}`,
  );
}

function scheme(type: KeyType): ContractError {
  return new ContractError(
    'INVALID_API_KEY',
    `Authorization needs the scheme Bearer before the key. ${howToSend(type)}`,
    { reason: 'scheme' },
  );
}

function malformed(type: KeyType): ContractError {
  return new ContractError(
    'INVALID_API_KEY',
    `This is not a whole Sazabi key: its form or its checksum is wrong, so it was mistyped or cut off. Copy it again (offline check: sazabi keys verify). ${howToSend(type)}`,
    { reason: 'malformed' },
  );
}

function bearerInOwnHeader(type: KeyType): ContractError {
  return new ContractError(
    'INVALID_API_KEY',
    `${OWN_HEADER[type]} takes the key alone, without "Bearer". ${howToSend(type)}`,
    { reason: 'malformed' },
  );
}
