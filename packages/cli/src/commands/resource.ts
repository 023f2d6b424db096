// What the API keeps and the command line lists, shows and deletes: one shape for the commands that all of these have.
import type { Command } from 'commander';
import type { z } from 'zod';
import { CliError, usageError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import type { ApiClient } from '../http/api-client.ts';
import { printDetails } from '../output/details.ts';
import type { Output } from '../output/output.ts';
import { type Cell, type Column, printTable } from '../output/table.ts';

/** Of any version, as the API makes them. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One kind of thing: how it is asked for, and how it is shown. */
export interface Resource<T extends { readonly id: string }> {
  /** In messages: `project`, `public key`. */
  readonly name: string;
  /** Below the API's address. */
  readonly path: string;
  /** What the command line reads of it; all else goes through to --json. */
  readonly schema: z.ZodType<T>;
  /** By what people call it, beside its id. */
  readonly titleOf: (item: T) => string;
  /** Whether it is over (revoked, replaced): a name means one that is not, if there is one. */
  readonly isOver?: (item: T) => boolean;
  readonly columns: readonly Column[];
  readonly cells: (item: T, nowMs: number) => readonly Cell[];
  readonly details: (item: T, nowMs: number) => readonly (readonly [string, Cell])[];
}

/** What a list needs of it. */
export type Listed<T extends { readonly id: string }> = Pick<Resource<T>, 'name' | 'columns' | 'cells'>;

export interface JsonFlag {
  readonly json?: true | undefined;
}

/** A long list tells how far it is each time so many have come: a page. */
const SHOWN_ITEMS = 100;

export const ID_HELP = 'its id or name, as `list` shows it';

/** All items, with their count on a terminal while pages come. */
export async function gather<T>(output: Output, items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) {
    read.push(item);
    if (read.length % SHOWN_ITEMS === 0) output.status(`${read.length} read …`);
  }
  output.status('');
  return read;
}

/** A list as a table, or for programs as one JSON array. */
export async function printList<T extends { readonly id: string }>(
  output: Output,
  resource: Listed<T>,
  items: readonly T[],
  { json }: JsonFlag,
): Promise<void> {
  if (json) return await output.printJson(items);
  if (items.length === 0) return output.note(`No ${resource.name}s.`);
  const nowMs = Date.now();
  await printTable(
    output,
    resource.columns,
    items.map((item) => resource.cells(item, nowMs)),
  );
}

/** One item as titles and values, or as JSON. */
export async function printItem<T extends { readonly id: string }>(
  output: Output,
  resource: Resource<T>,
  item: T,
  { json }: JsonFlag,
): Promise<void> {
  if (json) return await output.printJson(item);
  await printDetails(output, resource.details(item, Date.now()));
}

/**
 * The path of what a person named by id or by its exact name.
 * @throws CliError where the name is none's; (usage) where several have it
 */
export async function pathOf<T extends { readonly id: string }>(
  api: ApiClient,
  resource: Resource<T>,
  text: string,
): Promise<string> {
  return `${resource.path}/${await idOf(api, resource, text)}`;
}

/** As {@link pathOf}: the id alone. Only a name costs a call. */
export async function idOf<T extends { readonly id: string }>(
  api: ApiClient,
  resource: Resource<T>,
  text: string,
): Promise<string> {
  const { name, path, schema, titleOf, isOver = () => false } = resource;
  if (UUID.test(text)) return text;
  if (/^[ps]k_/.test(text)) throw usageError('That is a key. Give its id or its name, as `list` shows them.');
  const named: T[] = [];
  for await (const item of api.list(path, schema)) if (titleOf(item) === text) named.push(item);
  const living = named.filter((item) => !isOver(item));
  const [only, ...others] = living.length === 0 ? named : living;
  if (only === undefined)
    throw new CliError(`There is no ${name} "${text}". Give its id or exact name, as \`list\` shows them.`);
  if (others.length > 0)
    throw usageError(`${others.length + 1} ${name}s are named "${text}". Say which by its id, as \`list\` shows it.`);
  return only.id;
}

/** `show ID`. */
export function addShow<T extends { readonly id: string }>(
  group: Command,
  context: Context,
  resource: Resource<T>,
): Command {
  return group
    .command('show')
    .description(`show a ${resource.name}`)
    .argument('<id>', ID_HELP)
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, flags: JsonFlag, command: Command) => {
      const api = context.api(command);
      const item = await api.call('GET', await pathOf(api, resource, id), resource.schema);
      await printItem(context.output, resource, item, flags);
    });
}

export interface Removal<T> {
  readonly verb: 'delete' | 'revoke';
  readonly description: string;
  /** What a person is asked. */
  readonly question: (item: T) => string;
  /** Where nobody can be asked: `refuse` without --yes, or `go-on` where a script may need it in a hurry. */
  readonly unasked: 'refuse' | 'go-on';
  readonly done: string;
}

/** `delete ID` or `revoke ID`: asks on a terminal. */
export function addRemove<T extends { readonly id: string }>(
  group: Command,
  context: Context,
  resource: Resource<T>,
  { verb, description, question, unasked, done }: Removal<T>,
): Command {
  return group
    .command(verb)
    .description(description)
    .argument('<id>', ID_HELP)
    .option('--yes', unasked === 'refuse' ? 'do not ask; needed where nobody can be asked' : 'do not ask')
    .option('--json', 'for programs')
    .action(async (given: string, { yes, json }: JsonFlag & { readonly yes?: true }, command: Command) => {
      const api = context.api(command);
      const id = await idOf(api, resource, given);
      const path = `${resource.path}/${id}`;
      if (!yes) {
        const ask = context.canAsk() || unasked === 'refuse';
        if (ask) await confirm(context, question(await api.call('GET', path, resource.schema)));
      }
      await api.remove(path);
      if (json) await context.output.printJson({ id, [done.toLowerCase()]: true });
      else await context.output.print(`${done} ${id}.`);
    });
}
