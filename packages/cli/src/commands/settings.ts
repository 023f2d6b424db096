// `sazabi settings show|update`: what new projects and keys of the organization begin with.
import { RATE_LIMIT_MAX, RETENTION_DAYS_MAX } from '@sazabi/contract/schemas';
import type { Command } from 'commander';
import { z } from 'zod';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { type Limit, limitOf, limitTo, wholeNumber } from '../input.ts';
import { printDetails } from '../output/details.ts';
import { days } from '../output/times.ts';
import type { JsonFlag } from './resource.ts';

const settingsSchema = z.looseObject({
  name: z.string(),
  defaultRetentionDays: z.number(),
  defaultRateLimits: z.looseObject({ publicKeys: z.number().nullable(), secretKeys: z.number().nullable() }),
});
type Settings = z.infer<typeof settingsSchema>;

export function addSettingsCommands(settings: Command, context: Context): void {
  const show = settings
    .command('show')
    .description("show the organization's settings")
    .option('--json', 'the whole answer, for programs')
    .action(async (flags: JsonFlag, command: Command) => {
      await print(context, await context.api(command).call('GET', 'settings', settingsSchema), flags);
    });
  addExamples(show, ['sazabi settings show']);
  addUpdate(settings, context);
}

interface UpdateFlags extends JsonFlag {
  readonly name?: string;
  readonly defaultRetention?: number;
  readonly publicRateLimit?: Limit;
  readonly secretRateLimit?: Limit;
}

function addUpdate(settings: Command, context: Context): void {
  const update = settings
    .command('update')
    .description("change the organization's settings")
    .option('--name <name>', "the organization's name")
    .option(
      '--default-retention <days>',
      'of projects for which nothing else is said',
      wholeNumber(1, RETENTION_DAYS_MAX),
    )
    .option(
      '--public-rate-limit <n>',
      'requests a minute of public keys for which nothing else is said, or none',
      limitTo(RATE_LIMIT_MAX),
    )
    .option('--secret-rate-limit <n>', 'the same of secret keys', limitTo(RATE_LIMIT_MAX))
    .option('--json', 'the whole answer, for programs')
    .action(async (flags: UpdateFlags, command: Command) => {
      const body = bodyOf(flags);
      if (Object.keys(body).length === 0) throw usageError('Nothing to change: say what, see --help.');
      await print(context, await context.api(command).call('PATCH', 'settings', settingsSchema, body), flags);
    });
  addExamples(
    update,
    ['sazabi settings update --default-retention 90 --public-rate-limit 6000'],
    'Projects and keys that are there keep what they have.',
  );
}

function bodyOf({ name, defaultRetention, publicRateLimit, secretRateLimit }: UpdateFlags): object {
  const limits = {
    ...(publicRateLimit === undefined ? {} : { publicKeys: limitOf(publicRateLimit) }),
    ...(secretRateLimit === undefined ? {} : { secretKeys: limitOf(secretRateLimit) }),
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(defaultRetention === undefined ? {} : { defaultRetentionDays: defaultRetention }),
    ...(Object.keys(limits).length === 0 ? {} : { defaultRateLimits: limits }),
  };
}

async function print({ output }: Context, settings: Settings, { json }: JsonFlag): Promise<void> {
  if (json) return await output.printJson(settings);
  const { name, defaultRetentionDays, defaultRateLimits } = settings;
  const limit = (perMinute: number | null): string => (perMinute === null ? 'none' : `${perMinute} a minute`);
  await printDetails(output, [
    ['Organization', name],
    ['Default retention', days(defaultRetentionDays)],
    ['Default rate limit of public keys', limit(defaultRateLimits.publicKeys)],
    ['Default rate limit of secret keys', limit(defaultRateLimits.secretKeys)],
  ]);
}
