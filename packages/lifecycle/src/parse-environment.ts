// Environment variables parsed once, at the edge: all errors at once, each naming its variable.
import type { z } from 'zod';
import { StartupError } from './startup-error.ts';

/**
 * Parses the environment by a zod object schema whose keys are variable names. Empty variables count as unset.
 * @throws StartupError one line, naming every variable that is wrong
 */
export function parseEnvironment<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.infer<T> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
  throw new StartupError(`Settings are wrong. ${problems.join('; ')}`);
}
