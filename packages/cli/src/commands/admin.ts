// `sazabi admin organizations|create-key|reconcile|dead-letters`: on the host, through the API's internal port.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { fromNow } from '../output/times.ts';
import { addAdminCreateKey } from './admin-create-key.ts';
import { addAdminReconcile } from './admin-reconcile.ts';
import { type JsonFlag, type Listed, printList } from './resource.ts';

const organizationsSchema = z.array(z.looseObject({ id: z.string(), name: z.string() }));
const foundedSchema = z.looseObject({
  organization: z.object({ id: z.string(), name: z.string() }),
  project: z.looseObject({ id: z.string() }),
  publicKey: z.looseObject({ key: z.string() }),
  secretKey: z.looseObject({ key: z.string() }),
});
const lettersSchema = z.array(
  z.looseObject({ id: z.string(), kind: z.string(), bytes: z.number(), reason: z.string(), deadAt: z.string() }),
);

const ORGANIZATIONS: Listed<z.infer<typeof organizationsSchema>[number]> = {
  name: 'organization',
  columns: [{ title: 'ID' }, { title: 'NAME', shrinks: true }],
  cells: ({ id, name }) => [id, name],
};
const LETTERS: Listed<z.infer<typeof lettersSchema>[number]> = {
  name: 'dead letter',
  columns: [
    { title: 'ID' },
    { title: 'KIND' },
    { title: 'BYTES', right: true },
    { title: 'SINCE', rank: 1 },
    { title: 'REASON', shrinks: true },
  ],
  cells: ({ id, kind, bytes, deadAt, reason }, nowMs) => [id, kind, bytes, fromNow(deadAt, nowMs), reason],
};

export function addAdminCommands(admin: Command, context: Context): void {
  admin
    .option(
      '--internal-url <url>',
      'internal port of the API (INTERNAL_URL, default http://127.0.0.1 with INTERNAL_PORT, else 4320)',
    )
    .addHelpText(
      'after',
      '\nThe token is INTERNAL_TOKEN or, after `npm start`, what is in its data folder (SAZABI_DATA_DIR, default ./.sazabi).',
    );
  addOrganizations(admin.command('organizations').description('make and list organizations'), context);
  addAdminCreateKey(admin, context);
  addAdminReconcile(admin, context);
  addDeadLetters(
    admin.command('dead-letters').description('records that belong to no project, as nobody can read them'),
    context,
  );
}

function addOrganizations(organizations: Command, context: Context): void {
  organizations
    .command('create')
    .description('make an organization with a project and a key of each type, printed once')
    .requiredOption('--name <name>', 'its name')
    .option('--json', 'the whole answer, for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi admin organizations create --name "Web shop"')
    .action(async ({ name, json }: JsonFlag & { readonly name: string }, command: Command) => {
      const made = await context.internal(command).call('POST', 'internal/organizations', foundedSchema, { name });
      if (json) return await context.output.printJson(made);
      context.output.note(`Made the organization "${made.organization.name}". Its keys are shown this once only:`);
      await context.output.print(`SAZABI_PUBLIC_KEY=${made.publicKey.key}\nSAZABI_SECRET_KEY=${made.secretKey.key}`);
    });
  organizations
    .command('list')
    .description('list the organizations')
    .option('--json', 'an array, for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi admin organizations list')
    .action(async (flags: JsonFlag, command: Command) => {
      const found = await context.internal(command).call('GET', 'internal/organizations', organizationsSchema);
      await printList(context.output, ORGANIZATIONS, found, flags);
    });
}

function addDeadLetters(letters: Command, context: Context): void {
  letters
    .command('list')
    .description('list them, newest first')
    .option('--json', 'an array, for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi admin dead-letters list')
    .action(async (flags: JsonFlag, command: Command) => {
      const found = await context.internal(command).call('GET', 'internal/dead-letters', lettersSchema);
      await printList(context.output, LETTERS, found, flags);
    });
  letters
    .command('save')
    .description('write the record as it was read from the bus into a file')
    .argument('<id>', 'as `admin dead-letters list` shows it')
    .argument('<file>', 'a new file')
    .addHelpText('after', '\nExamples:\n  $ sazabi admin dead-letters save bus-0-42 record.bin')
    .action(async (id: string, file: string, _flags: object, command: Command) => {
      const bytes = await context.internal(command).bytes(`internal/dead-letters/${encodeURIComponent(id)}/record`);
      // What tenants logged may be in it.
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        throw new CliError(`${file} cannot be written (${error.code}).`);
      });
      await context.output.print(`Wrote ${bytes.length} bytes to ${file}.`);
    });
  letters
    .command('delete')
    .description('delete it, for good')
    .argument('<id>', 'as `admin dead-letters list` shows it')
    .addHelpText('after', '\nExamples:\n  $ sazabi admin dead-letters delete bus-0-42')
    .action(async (id: string, _flags: object, command: Command) => {
      await context.internal(command).remove(`internal/dead-letters/${encodeURIComponent(id)}`);
      await context.output.print(`Deleted ${id}.`);
    });
}
