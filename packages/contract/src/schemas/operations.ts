// Answers of /healthz, /readyz and /version.
import { z } from 'zod';

export const healthSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
export const readinessSchema = z.strictObject({ status: z.literal('ready') }).meta({ id: 'Readiness' });
export const versionSchema = z.strictObject({ name: z.string(), version: z.string() }).meta({ id: 'Version' });
