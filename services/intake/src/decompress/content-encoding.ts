// The compressions a body may have, by Content-Encoding.
import { ContractError } from '@sazabi/contract';

export type Compression = 'gzip' | 'deflate' | 'zstd' | 'br';

const COMPRESSIONS: ReadonlyMap<string, Compression | 'identity'> = new Map([
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'], // RFC 9110, section 8.4.1.3: equivalent
  ['deflate', 'deflate'],
  ['zstd', 'zstd'],
  ['br', 'br'],
]);
const UNSUPPORTED = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'Content-Encoding must be one of gzip, deflate, zstd, br and identity, and only one.',
);

/** The compression that a Content-Encoding header ('' = none) names, or the 415 to answer. */
export function compressionOf(contentEncoding: string): Compression | 'identity' | ContractError {
  if (contentEncoding === '') return 'identity';
  return COMPRESSIONS.get(contentEncoding.trim().toLowerCase()) ?? UNSUPPORTED;
}
