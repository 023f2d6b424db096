// `sazabi admin create-key`: the way back in, on the host, when no secret key is left or known.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { keyBody, scopeOption } from './keys/settings.ts';

const madeSchema = z.looseObject({
  organizationId: z.string(),
  secretKey: z.looseObject({ id: z.string(), name: z.string(), scopes: z.array(z.string()), key: z.string() }),
});

interface Flags {
  readonly organization?: string;
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly json?: true;
}

export function addAdminCreateKey(admin: Command, context: Context): void {
  admin
    .command('create-key')
    .description('make a secret key without having one: the way back in; it is printed once, on stdout')
    .option('--organization <id>', 'as `admin organizations list` shows it (default: the only one there is)')
    .option('--name <name>', '1 to 100 letters, digits, spaces, - and _')
    .addOption(scopeOption('create'))
    .option('--json', 'the whole answer, for programs')
    .addHelpText('after', '\nExamples:\n  $ export SAZABI_SECRET_KEY=$(sazabi admin create-key)')
    .action(async ({ organization, json, ...settings }: Flags, command: Command) => {
      const body = { ...keyBody(settings), ...(organization === undefined ? {} : { organizationId: organization }) };
      const made = await context.internal(command).call('POST', 'internal/secret-keys', madeSchema, body);
      if (json) return await context.output.printJson(made);
      const { id, name, scopes, key } = made.secretKey;
      context.output.note(
        `Made the secret key "${name}" (${scopes.join(' ')}, id ${id}) of organization ${made.organizationId}. It is shown this once only:`,
      );
      await context.output.print(key);
    });
}
