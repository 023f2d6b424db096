// /openapi.json, made of the same schemas that validate, and /docs, which shows it with scripts of our own server.
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { VERSION } from '../version.ts';
import type { App } from './app.ts';

/** To be called before the routes. */
export async function serveDocumentation(app: App, publicUrl: () => string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sazabi', version: VERSION, description: 'Reads and manages what was logged, with a secret key.' },
      servers: [],
      components: {
        securitySchemes: {
          secretKey: { type: 'apiKey', in: 'header', name: 'x-sazabi-secret-key' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: true });
  void publicUrl;
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'none' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}
