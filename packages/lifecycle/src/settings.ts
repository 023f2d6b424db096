// Settings that several services share, each judged whole while settings are parsed: nothing starts on a wrong one.
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { LOG_LEVELS } from './logger.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
/** 32 characters of base62 are 190 bits. */
const TOKEN_CHARACTERS_MIN = 32;
const PORT_MAX = 65_535;
const PORT_TEXT = `must be a port from 0 to ${PORT_MAX}`;
const RATE_TEXT = 'must be a number of requests, 1 or more';
/** The last label has a letter first: 999.1.1.1 is a mistyped address, not a name. */
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z]([a-z0-9_-]*[a-z0-9])?$/i;

/** A port, 0 = any free one. */
export const portSetting = (standard: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, PORT_TEXT)
    .transform(Number)
    .pipe(z.number().max(PORT_MAX, PORT_TEXT))
    .default(standard);

const hostSetting = z
  .string()
  .refine((text) => isIP(text) !== 0 || HOST_NAME.test(text), 'must be an IP address or a host name')
  .default('127.0.0.1');

/** The operator's cap on requests per minute. */
export const rateLimitCapSetting = z.coerce.number(RATE_TEXT).int(RATE_TEXT).min(1, RATE_TEXT).optional();

/** Not quoted where it is wrong: it may hold a password. */
export const databaseUrlSetting = z
  .string()
  .refine(
    (text) => /^pglite:./.test(text) || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)),
    'must be pglite:FOLDER or postgres://user:password@host:port/database',
  )
  .optional();

const CLICKHOUSE_TEXT = 'must be http://user:password@host:port/database';
export const clickHouseUrlSetting = z
  .url({ protocol: /^https?$/, error: CLICKHOUSE_TEXT })
  .refine((text) => URL.canParse(text) && new URL(text).pathname.length > 1, CLICKHOUSE_TEXT);

export const logLevelSetting = z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`);

/** The internal ports of the API's replicas. */
export const keyFeedUrlsSetting = z
  .string()
  .default('http://127.0.0.1:4320')
  .transform((text) => text.split(',').map((url) => url.trim()))
  .refine((urls) => urls.every(isOrigin), 'must be http://host:port, or several of them with commas between');

/** As `https://logs.example.com`: no path, no user. */
export const originSetting = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://logs.example.com, without a path')
  .optional();

/** Of a service that clients reach. To be judged by {@link checkTls} too. */
export const publicSettings = {
  HOST: hostSetting,
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .superRefine((entries, context) => {
      for (const entry of entries.filter((text) => !isNetwork(text)))
        context.addIssue(`"${entry}" is neither an address nor a network such as 10.0.0.0/8`);
    }),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
};

/** Of a service with an internal port. To be judged by {@link checkInternal} too. */
export const internalSettings = {
  INTERNAL_HOST: hostSetting,
  INTERNAL_TOKEN: z.string().optional(),
};

interface TlsSettings {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
}

/** The pair of files, null where none is set. */
export function tlsFiles(settings: TlsSettings): { readonly certFile: string; readonly keyFile: string } | null {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = settings;
  return certFile === undefined || keyFile === undefined ? null : { certFile, keyFile };
}

/** Both files or none, and those a certificate and its key: loaded here to see that they are. */
export function checkTls(settings: TlsSettings, context: z.RefinementCtx): void {
  const wrong = issueTo(context);
  const files = tlsFiles(settings);
  if (files === null) {
    if (settings.TLS_CERT_FILE !== undefined) wrong('TLS_KEY_FILE', 'goes with TLS_CERT_FILE: set both or none');
    if (settings.TLS_KEY_FILE !== undefined) wrong('TLS_CERT_FILE', 'goes with TLS_KEY_FILE: set both or none');
    return;
  }
  const cert = readOrTell(files.certFile, (why) => wrong('TLS_CERT_FILE', why));
  const key = readOrTell(files.keyFile, (why) => wrong('TLS_KEY_FILE', why));
  if (cert === null || key === null) return;
  if (!loads({ cert })) wrong('TLS_CERT_FILE', 'holds no certificate (PEM)');
  else if (!loads({ key })) wrong('TLS_KEY_FILE', 'holds no private key (PEM, without a passphrase)');
  else if (!loads({ cert, key })) wrong('TLS_KEY_FILE', 'is not the key of the certificate in TLS_CERT_FILE');
}

/** An internal port that others can reach needs a token that cannot be guessed. */
export function checkInternal(
  settings: { readonly INTERNAL_HOST: string; readonly INTERNAL_TOKEN?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (LOOPBACK.test(settings.INTERNAL_HOST) || (settings.INTERNAL_TOKEN ?? '').length >= TOKEN_CHARACTERS_MIN) return;
  issueTo(context)(
    'INTERNAL_TOKEN',
    `needs ${TOKEN_CHARACTERS_MIN} characters or more where INTERNAL_HOST is not loopback`,
  );
}

function issueTo(context: z.RefinementCtx) {
  return (variable: string, message: string): void => context.addIssue({ code: 'custom', path: [variable], message });
}

function readOrTell(file: string, tell: (why: string) => void): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    tell(`cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`);
    return null;
  }
}

function loads(pair: { readonly cert?: Buffer; readonly key?: Buffer }): boolean {
  try {
    createSecureContext(pair);
    return true;
  } catch {
    return false;
  }
}

/** An address or a network; not all addresses there are, as anybody could name any address then. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || !/^[1-9]\d{0,2}$/.test(prefix ?? '1')) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix ?? 1), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}
