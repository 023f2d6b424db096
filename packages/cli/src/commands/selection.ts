// The flags that select logs, shared by query and volume, and the body they make.
import { isLogField, LOG_COLUMN_FIELDS } from '@sazabi/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseQueryTime } from '../input.ts';

/** What logs must be to be selected, whatever their time. */
export interface ConditionOptions {
  readonly search?: string;
  readonly mode?: string;
  readonly filter?: readonly LogFilter[];
  readonly project?: string;
}

export interface SelectionOptions extends ConditionOptions {
  readonly from?: string;
  readonly to?: string;
}

export interface LogFilter {
  readonly field: string;
  readonly op: string;
  readonly value?: unknown;
}

export const FILTER_HELP = `
Filters, all of which must hold (fields: level, service, host, …, and attributes.<key>):
  level=error   level!=info   attributes.status>=500   attributes.ms<10
  message~text (contains)   service^=pay (starts with)
  'level in error,fatal'   'service not_in a,b'   'attributes.ms between 10,20'
  'attributes.user exists'   'traceId not_exists'`;

/** Adds the flags of a selection. */
export function addSelectionOptions(command: Command): Command {
  return addConditionOptions(
    command
      .option('--from <time>', 'begin: as 2h (ago), or 2026-01-31T12:00:00Z (default: 24h)', parseQueryTime)
      .option('--to <time>', 'end (default: none)', parseQueryTime),
  );
}

/** Adds the flags of a selection without its time. */
export function addConditionOptions(command: Command): Command {
  return command
    .option('--search <text>', 'look for words in the message')
    .addOption(
      new Option('--mode <mode>', 'how --search looks').choices(['all', 'any', 'phrase', 'substring']).default('all'),
    )
    .option('--filter <filter>', 'a condition, again for more; see below', collectFilter)
    .option('--project <project>', 'only this project, by id or name (default: all)');
}

/** Adds `--show`. */
export function addShowOption(command: Command): Command {
  return command.option(
    '--show <field>',
    'a field more in each line, as host, id, attributes or attributes.status (again for more)',
    collectField,
  );
}

function collectField(field: string, before: readonly string[] = []): readonly string[] {
  if (field === 'attributes' || isLogField(field)) return [...before, field];
  throw new InvalidArgumentError(`Say one of ${LOG_COLUMN_FIELDS.join(', ')}, attributes or attributes.<key>.`);
}

/** The part of a query's body that selects. */
export function selectionBody(options: SelectionOptions): object {
  const { from, to, search, mode, filter = [], project } = options;
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(search === undefined ? {} : { search: { query: search, mode } }),
    ...(filter.length === 0 ? {} : { filters: filter }),
    ...(project === undefined ? {} : { projectId: project }),
  };
}

const WORD_OPS = [
  'eq',
  'neq',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'exists',
  'not_exists',
];
const SIGNS: Readonly<Record<string, string>> = {
  '=': 'eq',
  '!=': 'neq',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '~': 'contains',
  '^=': 'starts_with',
};
/** `field op value` with an op in words, spaces around it; a field may be quoted by nothing, so it ends at the first space. */
const IN_WORDS = new RegExp(`^(\\S+)\\s+(${WORD_OPS.join('|')})(?:\\s+(.*))?$`, 's');
const IN_SIGNS = /^([^\s=!<>~^]+)\s*(!=|>=|<=|\^=|=|>|<|~)\s*(.*)$/s;
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/;

/** @throws InvalidArgumentError that says how filters look */
export function parseFilter(text: string): LogFilter {
  const [, wordField = '', wordOp = '', wordValue] = IN_WORDS.exec(text) ?? [];
  if (wordOp !== '') return filterOf(wordField, wordOp, wordValue);
  const [, signField = '', sign = '', signValue] = IN_SIGNS.exec(text) ?? [];
  const op = SIGNS[sign];
  if (op === undefined)
    throw new InvalidArgumentError('Say it as level=error, attributes.status>=500 or "level in error,fatal".');
  return filterOf(signField, op, signValue);
}

function filterOf(field: string, op: string, value: string | undefined): LogFilter {
  if (op === 'exists' || op === 'not_exists') return { field, op };
  if (value === undefined) throw new InvalidArgumentError(`${op} needs a value.`);
  if (op === 'in' || op === 'not_in') return { field, op, value: value.split(',') };
  if (op === 'between') {
    const ends = value.split(',');
    if (ends.length !== 2) throw new InvalidArgumentError('between needs two values: 10,20.');
    return { field, op, value: ends.every((end) => NUMBER.test(end)) ? ends.map(Number) : ends };
  }
  // Only the comparisons tell a number from its text: 9 < 10, but "9" > "10".
  const compares = op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte';
  return { field, op, value: compares && NUMBER.test(value) ? Number(value) : value };
}

function collectFilter(text: string, before: readonly LogFilter[] = []): readonly LogFilter[] {
  return [...before, parseFilter(text)];
}
