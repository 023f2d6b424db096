// What every command is given: settings, output, input and the API.
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { type Config, parseConfig } from './config.ts';
import { type ApiClient, createApiClient, createClient } from './http/api-client.ts';
import { findInternalToken } from './internal-token.ts';
import type { Output } from './output/output.ts';

export interface Context {
  readonly output: Output;
  readonly stdin: Readable;
  /** Settings of this call: its flags over the environment. */
  config(command: Command): Config;
  api(command: Command): ApiClient;
  /** The API's internal port: for whoever runs it. */
  internal(command: Command): ApiClient;
  /** Whether a person is there to answer a question. */
  canAsk(): boolean;
  /** The command did its work, but not all of it succeeded: exit code 1. */
  markFailed(): void;
  exitCode(): 0 | 1;
}

/** One call's context. */
export function createContext(environment: NodeJS.ProcessEnv, stdin: Readable, output: Output): Context {
  let failed = false;
  const config = (command: Command): Config => parseConfig(environment, command.optsWithGlobals());
  return {
    output,
    stdin,
    config,
    api: (command) => {
      const { apiUrl, secretKey, keySources } = config(command);
      return createApiClient(apiUrl, { text: secretKey(), source: keySources.secret }, (seconds) =>
        output.note(`The key's rate limit is used up: waiting ${seconds} s.`),
      );
    },
    internal: (command) => {
      const { internalUrl, internalToken, dataDir } = config(command);
      const { token, refused } = findInternalToken(internalToken, dataDir);
      return createClient({
        name: 'the internal port of the API',
        url: internalUrl,
        variable: 'INTERNAL_URL',
        refused,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    },
    canAsk: () => 'isTTY' in stdin && stdin.isTTY === true,
    markFailed: () => {
      failed = true;
    },
    exitCode: () => (failed ? 1 : 0),
  };
}
