// What is said when a server cannot be reached or refuses.
import type { ErrorCode } from '@sazabi/contract';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

/** A failed answer of either service. */
export const failureSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    requestId: z.string().optional(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    required_scope: z.string().optional(),
  }),
});

/** A key as it was presented, and where it came from: a flag or a variable. */
export interface PresentedKey {
  readonly text: string;
  readonly source: string;
}

const CALLED_WRONGLY: ErrorCode = 'VALIDATION_ERROR';
/** Refusals that another key would not meet. */
const KEY_CODES: readonly string[] = [
  'INVALID_API_KEY',
  'API_KEY_REVOKED',
  'API_KEY_EXPIRED',
  'WRONG_KEY_TYPE',
  'INSUFFICIENT_PERMISSIONS',
] satisfies ErrorCode[];
/** Answers in the place of a service that is away, or has its store away. */
const AWAY_STATUSES: readonly number[] = [502, 503];
/** As much of a key as may be shown; of anything else nothing is, for it may be a secret of another kind. */
const SHOWN_OF_KEY = /^[ps]k_(?:live|test)_sz_[0-9A-Za-z]{4}/;

/** A refusal, with what {@link failureMessageOf} says of it; what is not as documented was called wrongly (exit code 2). */
export function failureOf(status: number, url: string, body: string, key?: PresentedKey): CliError {
  const code = failureSchema.safeParse(parseJson(body)).data?.error.code;
  return new CliError(
    failureMessageOf(status, url, body, key),
    code === CALLED_WRONGLY ? 2 : 1,
    AWAY_STATUSES.includes(status),
  );
}

/** The answer's own message, or what can be said of one that is not ours. */
export function failureMessageOf(status: number, url: string, body: string, key?: PresentedKey): string {
  const parsed = failureSchema.safeParse(parseJson(body));
  if (!parsed.success)
    return `${new URL(url).origin} answered HTTP ${status}, but not as Sazabi does. Is the address right?`;
  const { code, message, requestId, issues = [], required_scope } = parsed.data.error;
  return [
    `${message} (${code}${requestId === undefined ? '' : `, request ${requestId}`})`,
    ...issues
      .filter((issue) => !message.includes(issue.message))
      .map((issue) => `  ${issue.path === '' ? '' : `${issue.path}: `}${issue.message}`),
    ...(required_scope === undefined || message.includes(required_scope)
      ? []
      : [`  Needed: a secret key with the scope ${required_scope}.`]),
    ...(key !== undefined && KEY_CODES.includes(code) ? [`  ${whichKey(key)}`] : []),
  ].join('\n');
}

function whichKey({ text, source }: PresentedKey): string {
  const [shown] = SHOWN_OF_KEY.exec(text) ?? [];
  return `The key is ${shown === undefined ? 'the one' : `${shown}…,`} from ${source}.`;
}

/** What OpenSSL says of a server that answers a TLS hello in plain text; its code is that, or with Node's `https` only EPROTO. */
const NOT_TLS = /wrong version number|packet length too long/;
/** All else that fails in a handshake, by either side. */
const HANDSHAKE = /^(ERR_SSL_|EPROTO$)/;
/** What Node says of a certificate out of its time, and what that is. */
const OUT_OF_TIME: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
]);
/** Of any other: DEPTH_ZERO_SELF_SIGNED_CERT, UNABLE_TO_VERIFY_LEAF_SIGNATURE, INVALID_CA … (`X509_V_ERR_` names, without that). */
const CERTIFICATE = /CERT|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/;

/** A server that gave no answer. `variable` is where its address comes from. */
export function unreachable(name: string, url: string, variable: string, error: unknown): CliError {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new CliError(`${name} at ${url} did not answer in time.`);
  const reason = reasonOf(error);
  const tls = HANDSHAKE.test(reason)
    ? handshakeText(name, url, variable, error)
    : certificateText(name, url, variable, reason);
  if (tls !== null) return new CliError(tls);
  return new CliError(
    `No answer from ${name} at ${url} (${reason}).\nStart it with \`npm start\`, or set ${variable} to where it runs.`,
    1,
    true,
  );
}

function handshakeText(name: string, url: string, variable: string, error: unknown): string {
  const reason = reasonOf(error);
  const { message } = causeOf(error);
  return NOT_TLS.test(message)
    ? `What answers at ${url} does not speak TLS (${reason}).\nSet ${variable} to an address with http://, where ${name} has no certificate.`
    : `The TLS handshake with what answers at ${url} failed (${reason}).\nIs ${variable} the address of ${name}? Something before it may ask for a certificate or another version of TLS.`;
}

/** Null where it is not of a certificate. */
function certificateText(name: string, url: string, variable: string, reason: string): string | null {
  const state = OUT_OF_TIME.get(reason);
  if (state !== undefined)
    return `The certificate of ${name} at ${url} ${state} (${reason}).\nIt is to be renewed there, unless the clock of this machine is wrong.`;
  return CERTIFICATE.test(reason)
    ? `The certificate of ${name} at ${url} is not trusted (${reason}).\nName the file of the one that signed it in NODE_EXTRA_CA_CERTS, and set ${variable} to a name that it is for.`
    : null;
}

/** The system's word for a failed fetch (ECONNREFUSED), which is hidden in its cause. */
export function reasonOf(error: unknown): string {
  const { code, message } = causeOf(error);
  return code ?? message;
}

/** The first with a code of an error and its causes, else the last. */
function causeOf(error: unknown): { readonly code?: string; readonly message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  if ('code' in error && typeof error.code === 'string') return { code: error.code, message: error.message };
  return error.cause === undefined ? { message: error.message } : causeOf(error.cause);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
