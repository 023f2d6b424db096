// The caller's own organization (/me), and new ones (the operator's internal port).
import { z } from 'zod';
import { SCOPES } from '../scopes.ts';
import { modeSchema } from './keys.ts';
import { idSchema, nameSchema } from './values.ts';

export const organizationSchema = z.strictObject({ id: idSchema, name: z.string() });

export const meSchema = z
  .strictObject({
    organization: organizationSchema,
    key: z.strictObject({
      id: idSchema,
      name: z.string(),
      mode: modeSchema,
      scopes: z.array(z.enum(SCOPES)),
      keyPrefix: z.string(),
    }),
  })
  .meta({ id: 'Me' });

export const newOrganizationSchema = z.strictObject({ name: nameSchema });
