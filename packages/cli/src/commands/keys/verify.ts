// `sazabi keys verify`: tells a typo from a whole key, offline.
import { displayPrefix, parseKey } from '@sazabi/keys/key-form';
import type { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import type { Context } from '../../context.ts';
import { readAll } from '../../input.ts';

/** Longest input read from stdin for a key. */
const KEY_BYTES_MAX = 4096;

export function addKeysVerify(keys: Command, context: Context): void {
  keys
    .command('verify')
    .description('check form and checksum of a key, offline: a typo is told from a revoked key')
    .argument('<key>', 'the key, or - to read it from stdin')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi keys verify pk_live_sz_…\n  $ pbpaste | sazabi keys verify -')
    .action(async (given: string, options: { json?: boolean }) => {
      const text = (given === '-' ? await readAll(context.stdin, KEY_BYTES_MAX) : given).trim();
      const parsed = parseKey(text);
      if (options.json)
        await context.output.printJson(
          parsed.ok ? { valid: true, type: parsed.type, mode: parsed.mode } : { valid: false },
        );
      if (!parsed.ok) {
        if (!options.json)
          throw new CliError('Malformed: form or checksum is wrong. It was mistyped or cut off; copy it again.');
        context.markFailed();
        return;
      }
      if (options.json) return;
      await context.output.print(`${displayPrefix(text)}… is a well-formed ${parsed.type} key, mode ${parsed.mode}.`);
      context.output.note('Whether it is known, revoked or expired only the server can tell.');
    });
}
