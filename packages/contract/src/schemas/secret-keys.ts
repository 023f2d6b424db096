// Bodies and answers of /secret-keys.
import { z } from 'zod';
import { SCOPES } from '../scopes.ts';
import { keyChangeFields, keyFields, newKeyFields, plainTextField } from './keys.ts';
import { idSchema, nameSchema } from './values.ts';

const scopesSchema = z.array(z.enum(SCOPES));
const wantedScopesSchema = scopesSchema.min(1).max(SCOPES.length);

const SCOPES_WANTED =
  'What the key may do, at most what yours may; admin holds every scope. Usual sets: read = every `:read`; write = read and every `:write`; admin.';
const ALLOW_BROWSER = 'Whether pages of its allowedOrigins may use it; needs at least one of them.';

export const newSecretKeySchema = z
  .strictObject({
    ...newKeyFields,
    scopes: wantedScopesSchema.default(['admin']).meta({ description: SCOPES_WANTED }),
    allowBrowser: z.boolean().default(false).meta({ description: ALLOW_BROWSER }),
  })
  .meta({ id: 'NewSecretKey', examples: [{ name: 'Dashboards', scopes: ['logs:read'] }] });

export const secretKeyChangeSchema = z
  .strictObject({
    ...keyChangeFields,
    scopes: wantedScopesSchema.optional().meta({ description: SCOPES_WANTED }),
    allowBrowser: z.boolean().optional().meta({ description: ALLOW_BROWSER }),
  })
  .meta({ id: 'SecretKeyChange', examples: [{ scopes: ['logs:read', 'usage:read'] }] });

/** A key that the operator makes: the way back in. */
export const operatorSecretKeySchema = z.strictObject({
  organizationId: idSchema.optional().meta({ description: 'Default: the only organization there is.' }),
  name: nameSchema.default('Made by the operator'),
  scopes: wantedScopesSchema.default(['admin']),
});

const fields = { ...keyFields, scopes: scopesSchema, allowBrowser: z.boolean() };

export const secretKeySchema = z.strictObject(fields).meta({ id: 'SecretKey' });
export type SecretKeyAnswer = z.infer<typeof secretKeySchema>;

export const createdSecretKeySchema = z.strictObject({ ...fields, ...plainTextField }).meta({ id: 'CreatedSecretKey' });
