// /openapi.json, made of the same schemas that validate, and /docs, which shows it with scripts of our own server.
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { VERSION } from '../version.ts';
import type { App } from './app.ts';
import type { Access } from './guard.ts';
import { completeDocument, nameSchemasOnce } from './openapi-answers.ts';

const DESCRIPTION = `Reads and manages what was logged, with a secret key in the header \`x-sazabi-secret-key\`.

Success is \`{"data": …, "error": null}\`, failure \`{"data": null, "error": {"code", "message", "status", "requestId"}}\`.
Unknown fields of a body or query are refused. Times are ISO 8601 UTC. A path that exists answers another method with 405
and \`Allow\`, an unknown one with 404. Logs are written to the intake with a public key.`;

const TAGS = [
  { name: 'Logs', description: 'Search, count and fetch logs of the key’s mode.' },
  { name: 'Dead letters', description: 'Logs that were accepted and that the store refused: why, and a way back.' },
  { name: 'Projects', description: 'Where logs belong, and how long they are kept.' },
  { name: 'Public keys', description: 'Keys that write logs of one project; safe in a browser.' },
  { name: 'Secret keys', description: 'Keys that read and manage, within their scopes and mode.' },
  { name: 'Threads', description: 'Shared investigations: a saved query, and messages with links to logs.' },
  { name: 'Organization' },
  { name: 'Operations' },
];

/** Scripts and styles from here alone; swagger-ui draws its icons from data: URLs. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Registers both paths; to be called before the routes that it documents. */
export async function serveDocumentation(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sazabi API', version: VERSION, description: DESCRIPTION },
      tags: TAGS,
      components: {
        securitySchemes: {
          secretKey: {
            type: 'apiKey',
            in: 'header',
            name: 'x-sazabi-secret-key',
            description: 'sk_live_… or sk_test_…',
          },
          bearer: { type: 'http', scheme: 'bearer', description: 'The same key as Authorization: Bearer sk_…' },
        },
      },
    },
    transform: (input) => {
      const access = input.route.config?.access ?? 'none';
      const { schema, url } = jsonSchemaTransform(input);
      return { schema: { ...schema, ...whoMayCall(access, String(schema.description ?? '')) }, url };
    },
    transformObject: (input) => nameSchemasOnce(completeDocument(jsonSchemaTransformObject(input))),
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Sazabi API' },
    uiConfig: { deepLinking: true, displayRequestDuration: true, persistAuthorization: false },
  });
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/docs')) {
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('x-content-type-options', 'nosniff');
    }
  });
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'none' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}

function whoMayCall(access: Access, description: string): Record<string, unknown> {
  if (access === 'none') return { security: [] };
  const needs = access === 'any' ? 'Any valid secret key.' : `Needs the scope \`${access}\`.`;
  return { security: [{ secretKey: [] }, { bearer: [] }], description: `${description} ${needs}`.trim() };
}
