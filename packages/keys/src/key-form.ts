// The form of a key: prefix, 30 random base62 characters, 6 base62 digits of CRC-32, so that a typo is told from an unknown key offline.
import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Mode } from '@sazabi/contract';

export const KEY_TYPES = ['public', 'secret'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** What each type of key begins with; enough to tell them apart before any look-up. */
export const KEY_TYPE_PREFIX = { public: 'pk_', secret: 'sk_' } as const satisfies Record<KeyType, string>;

/** Our own tag, so that secret scanners do not take the key for another vendor's. */
const TAG = 'sz_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^30 is 178 bits. */
const RANDOM_CHARACTERS = 30;
/** 62^6 > 2^32, so every CRC-32 fits. */
const CHECKSUM_CHARACTERS = 6;
const DISPLAYED_CHARACTERS = 4;
/** The largest multiple of 62 in a byte: bytes from here on are thrown away, or the first characters would be likelier. */
const UNBIASED_BYTES = 248;

const FORM = new RegExp(`^(pk|sk)_(live|test)_${TAG}[0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`);

export type ParsedKey =
  | { readonly ok: true; readonly type: KeyType; readonly mode: Mode }
  | { readonly ok: false; readonly reason: 'malformed' };

/** A new key in plain text. `random` gives that many random bytes; the operating system's generator unless a test says otherwise. */
export function generateKey(type: KeyType, mode: Mode, random: (size: number) => Uint8Array = randomBytes): string {
  let body = '';
  while (body.length < RANDOM_CHARACTERS) {
    for (const byte of random(RANDOM_CHARACTERS)) {
      if (byte < UNBIASED_BYTES && body.length < RANDOM_CHARACTERS) body += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  const unchecked = `${KEY_TYPE_PREFIX[type]}${mode}_${TAG}${body}`;
  return unchecked + checksumOf(unchecked);
}

/** Checks form and checksum, without any look-up. */
export function parseKey(text: string): ParsedKey {
  const match = FORM.exec(text);
  if (match === null || checksumOf(text.slice(0, -CHECKSUM_CHARACTERS)) !== text.slice(-CHECKSUM_CHARACTERS))
    return { ok: false, reason: 'malformed' };
  return { ok: true, type: match[1] === 'pk' ? 'public' : 'secret', mode: match[2] === 'live' ? 'live' : 'test' };
}

/** SHA-256 of the whole key, 64 lower-case hex digits: the only form in which keys are stored. */
export function hashKey(text: string): string {
  return hash('sha256', text, 'hex');
}

/** What of a key may be shown and stored: all up to `sz_` and 4 characters more. */
export function displayPrefix(text: string): string {
  return text.slice(0, text.indexOf(TAG) + TAG.length + DISPLAYED_CHARACTERS);
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let digit = 0; digit < CHECKSUM_CHARACTERS; digit += 1) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
