// Bodies and answers of /secret-keys.
import { z } from 'zod';
import { SCOPES } from '../scopes.ts';
import { keyFields, newKeyFields, plainTextField } from './keys.ts';

const scopesSchema = z.array(z.enum(SCOPES));

export const newSecretKeySchema = z
  .strictObject({
    ...newKeyFields,
    scopes: scopesSchema
      .min(1)
      .max(SCOPES.length)
      .default(['admin'])
      .meta({ description: 'What the key may do, at most what yours may. admin holds every scope.' }),
    allowBrowser: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether pages of its allowedOrigins may use it; needs at least one of them.' }),
  })
  .meta({ id: 'NewSecretKey', examples: [{ name: 'Dashboards', scopes: ['logs:read'] }] });
export type NewSecretKeyBody = z.infer<typeof newSecretKeySchema>;

const fields = { ...keyFields, scopes: scopesSchema, allowBrowser: z.boolean() };

export const secretKeySchema = z.strictObject(fields).meta({ id: 'SecretKey' });
export type SecretKeyAnswer = z.infer<typeof secretKeySchema>;

export const createdSecretKeySchema = z.strictObject({ ...fields, ...plainTextField }).meta({ id: 'CreatedSecretKey' });
