// Bodies and answers of /public-keys.
import { z } from 'zod';
import { keyChangeFields, keyFields, newKeyFields, plainTextField } from './keys.ts';
import { idSchema, lineSchema } from './values.ts';

const ENVIRONMENT_LENGTH_MAX = 100;
const ENVIRONMENT = { description: 'The default of its logs’ environment.', examples: ['production'] };
const environmentSchema = lineSchema.min(1).max(ENVIRONMENT_LENGTH_MAX).nullable();

export const newPublicKeySchema = z
  .strictObject({
    ...newKeyFields,
    projectId: idSchema.optional().meta({ description: 'Default: the organization’s first project.' }),
    environment: environmentSchema.default(null).meta(ENVIRONMENT),
  })
  .meta({ id: 'NewPublicKey', examples: [{ name: 'Production logs', environment: 'production' }] });

export const publicKeyChangeSchema = z
  .strictObject({ ...keyChangeFields, environment: environmentSchema.optional().meta(ENVIRONMENT) })
  .meta({ id: 'PublicKeyChange', examples: [{ allowedOrigins: ['https://app.example.com'] }] });

const fields = { ...keyFields, projectId: idSchema, environment: z.string().nullable() };

export const publicKeySchema = z.strictObject(fields).meta({ id: 'PublicKey' });
export type PublicKeyAnswer = z.infer<typeof publicKeySchema>;

export const createdPublicKeySchema = z.strictObject({ ...fields, ...plainTextField }).meta({ id: 'CreatedPublicKey' });
