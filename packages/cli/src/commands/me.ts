// `sazabi me`: whose key this is, and what it may do.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { printDetails } from '../output/details.ts';
import type { JsonFlag } from './resource.ts';

const meSchema = z.looseObject({
  organization: z.looseObject({ id: z.string(), name: z.string() }),
  key: z.looseObject({
    id: z.string(),
    name: z.string(),
    mode: z.string(),
    scopes: z.array(z.string()),
    keyPrefix: z.string(),
  }),
});

export function addMe(me: Command, context: Context): void {
  me.option('--json', 'the whole answer, for programs').action(async ({ json }: JsonFlag, command: Command) => {
    const found = await context.api(command).call('GET', 'me', meSchema);
    if (json) return await context.output.printJson(found);
    const { organization, key } = found;
    await printDetails(context.output, [
      ['Organization', organization.name],
      ['Organization id', organization.id],
      ['Key', `${key.name} (${key.keyPrefix}…)`],
      ['Key id', key.id],
      ['Mode', key.mode],
      ['Scopes', key.scopes.join(' ')],
    ]);
  });
  addExamples(me, ['sazabi me']);
}
