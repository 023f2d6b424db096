// /openapi.json, made of the same schemas that validate, and /docs, which shows it with scripts of our own server.
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { VERSION } from '../version.ts';
import type { App } from './app.ts';
import type { Access } from './guard.ts';
import { type Addresses, completeDocument, nameSchemasOnce } from './openapi-document.ts';
import { INTAKE_TAG, PUBLIC_KEY_SCHEMES } from './openapi-intake.ts';

const DESCRIPTION = `Logs are written to the **intake** with a public key (\`x-sazabi-key\`), and read and managed at the **API** with a secret key
(\`x-sazabi-secret-key\`).

Success is \`{"data": …, "error": null}\`, failure \`{"data": null, "error": {"code", "message", "status", "requestId"}}\`; lists add
\`nextCursor\`. The API refuses unknown fields of a body or query; times are ISO 8601 UTC; it asks for no \`Accept\` and reads no body of a
GET. A path that exists answers another method with 405 and \`Allow\`, and OPTIONS with 204; HEAD is as GET; an unknown path is 404.
\`x-request-id\` (up to 128 of \`[A-Za-z0-9._-]\`) is taken over, else made, and is on every answer. What is not well-formed HTTP/1.1
gets a bare 400, 431 or 505.

In browsers the API can be used from the dashboard’s own origin, and with a secret key that has \`allowBrowser\` from the key’s
\`allowedOrigins\`; from elsewhere it is refused (403 \`FORBIDDEN\`). The intake can be used from any page, or from the \`allowedOrigins\` of
the public key.`;

const TAGS = [
  INTAKE_TAG,
  { name: 'Logs', description: 'Search, count, follow and fetch logs of the key’s mode.' },
  { name: 'Usage', description: 'What was accepted, rejected and limited, by day, project and key.' },
  { name: 'Dead letters', description: 'Logs that were accepted and that the store refused: why, and a way back.' },
  { name: 'Projects', description: 'Where logs belong, and how long they are kept.' },
  { name: 'Public keys', description: 'Keys that write logs of one project; safe in a browser.' },
  { name: 'Secret keys', description: 'Keys that read and manage, within their scopes and mode.' },
  { name: 'Threads', description: 'Shared investigations: a saved query, and messages with links to logs.' },
  { name: 'Settings', description: 'The organization’s name and defaults.' },
  { name: 'Audit log', description: 'Who changed what, when, from where.' },
  { name: 'Organization', description: 'Whom the key belongs to.' },
  { name: 'Operations', description: 'Probes, without a key; of both services.' },
];

const SECURITY_SCHEMES = {
  secretKey: { type: 'apiKey', in: 'header', name: 'x-sazabi-secret-key', description: 'sk_live_… or sk_test_…' },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same key as Authorization: Bearer sk_…' },
  ...PUBLIC_KEY_SCHEMES,
} as const;

/** Registers both paths; to be called before the routes that it documents. */
export async function serveDocumentation(app: App, addresses: Addresses): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sazabi',
        version: VERSION,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: addresses.apiUrl, description: 'The API' }],
      tags: TAGS,
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (input) => {
      const access = input.route.config?.access ?? 'none';
      const { schema, url } = jsonSchemaTransform(input);
      return { schema: { ...schema, ...whoMayCall(access, String(schema.description ?? '')) }, url };
    },
    transformObject: (input) => nameSchemasOnce(completeDocument(jsonSchemaTransformObject(input), addresses)),
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Sazabi API' },
    uiConfig: { deepLinking: true, displayRequestDuration: true, persistAuthorization: false, validatorUrl: null },
  });
  const policy = contentSecurityPolicy(addresses);
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/docs')) {
      reply.header('content-security-policy', policy).header('x-content-type-options', 'nosniff');
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

/** The one style element that swagger-ui's script makes. With it a Chromium reports no violation; a new version may have another. */
const STYLE_HASH = 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';

/** Scripts and styles from here alone, calls also to the intake; swagger-ui draws its icons from data: URLs. */
function contentSecurityPolicy({ intakeUrl }: Addresses): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' '${STYLE_HASH}'`,
    "img-src 'self' data:",
    `connect-src 'self' ${new URL(intakeUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function whoMayCall(access: Access, description: string): Record<string, unknown> {
  if (access === 'none') return { security: [] };
  const needs = access === 'any' ? 'Any valid secret key.' : `Needs the scope \`${access}\`.`;
  return { security: [{ secretKey: [] }, { bearer: [] }], description: `${description} ${needs}`.trim() };
}
