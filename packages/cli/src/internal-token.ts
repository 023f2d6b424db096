// The token of the internal ports: as set, or as `npm start` leaves it in its data folder.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from './cli-error.ts';

export interface InternalToken {
  /** undefined where there is none: services on loopback may run without. */
  readonly token: string | undefined;
  /** What to do where the services refuse it, or want one. */
  readonly refused: string;
}

/** INTERNAL_TOKEN, or else what is in the data folder. @throws CliError where that file is there but cannot be read */
export function findInternalToken(given: string | undefined, dataDir: string): InternalToken {
  if (given !== undefined)
    return { token: given, refused: 'INTERNAL_TOKEN was refused: set it to what the services run with.' };
  const file = join(resolve(dataDir), 'internal-token');
  const token = readToken(file);
  if (token !== undefined)
    return {
      token,
      refused: `The token in ${file} was refused: the services at INTERNAL_URL run with another one. Set INTERNAL_TOKEN to it, or SAZABI_DATA_DIR to their data folder.`,
    };
  return {
    token,
    refused: `The services want a token, and none was found. Set INTERNAL_TOKEN to what they run with; or, where they were started with \`npm start\`, SAZABI_DATA_DIR to their data folder (${file} is not there).`,
  };
}

function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(
      `${file} cannot be read (${code}). Run this as the user of the services, or set INTERNAL_TOKEN.`,
    );
  }
}
