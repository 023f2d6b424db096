// The variables that each service and the command line read, as their schemas have them.
import { environmentSchema } from '@sazabi/cli/config';
import { settingsSchema as consumer } from '@sazabi/consumer/config';
import { settingsSchema as intake } from '@sazabi/intake/config';
import { settingsSchema as api } from '@sazabi/query-api/config';
import { PASSED_ON } from '@sazabi/standalone/child-environment';
import { settingsSchema as standalone } from '@sazabi/standalone/config';

export const READERS = ['intake', 'consumer', 'api', 'standalone', 'cli'] as const;
export type Reader = (typeof READERS)[number];

const SHAPES = { intake: intake.shape, consumer: consumer.shape, api: api.shape, cli: environmentSchema.shape };

export const SETTINGS: Readonly<Record<Reader, ReadonlySet<string>>> = {
  intake: new Set(Object.keys(intake.shape)),
  consumer: new Set(Object.keys(consumer.shape)),
  api: new Set(Object.keys(api.shape)),
  standalone: new Set([...Object.keys(standalone.shape), ...Object.values(PASSED_ON).flat()]),
  cli: new Set(Object.keys(environmentSchema.shape)),
};

/** What each variable is where it is unset, for those that have a plain value then. */
export function settingDefaults(): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  for (const shape of Object.values(SHAPES))
    for (const [name, schema] of Object.entries(shape)) {
      const parsed = schema.safeParse(undefined).data;
      if (parsed !== undefined && `${parsed}` !== '') defaults.set(name, `${parsed}`);
    }
  return defaults;
}
