// The OpenAPI document: linted, whole, and shown by a page that needs nothing from elsewhere.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../test-support.ts';
import { OPERATION_IDS } from './openapi-operation-ids.ts';
import { EXCEPTIONS, RULES } from './openapi-rules.testing.ts';

const answerSchema = z.looseObject({
  headers: z.record(z.string(), z.unknown()),
  content: z.record(z.string(), z.looseObject({ examples: z.record(z.string(), z.unknown()).optional() })).optional(),
});
const operationSchema = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.unknown()),
  requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }).optional(),
  responses: z.record(z.string(), answerSchema),
});
const pathItemSchema = z.object({
  servers: z.array(z.looseObject({ url: z.string() })).optional(),
  get: operationSchema.optional(),
  post: operationSchema.optional(),
  patch: operationSchema.optional(),
  delete: operationSchema.optional(),
});
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), pathItemSchema),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({ examples: z.unknown().optional() })) }),
});
type Operation = z.infer<typeof operationSchema>;

const INTAKE_URL = 'https://intake.example.test';

let test: TestApi;
let text: string;
let document: z.infer<typeof documentSchema>;
let operations: { readonly call: string; readonly operation: Operation }[];
beforeAll(async () => {
  test = await startTestApi({ INTAKE_PUBLIC_URL: INTAKE_URL });
  text = (await test.call('GET', '/openapi.json', { key: null })).text;
  document = documentSchema.parse(JSON.parse(text));
  operations = Object.entries(document.paths).flatMap(([path, { servers: _, ...methods }]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation === undefined ? [] : [{ call: `${method.toUpperCase()} ${path}`, operation }],
    ),
  );
});
afterAll(() => test.close());

describe('the document', () => {
  it('has no finding of the linter but the exceptions', async () => {
    const config = await createConfig({ extends: ['recommended-strict'], rules: RULES });
    const problems = (await lintFromString({ source: text, config })).map(({ ruleId, message, location }) => ({
      rule: ruleId,
      message,
      place: location[0]?.pointer ?? '',
    }));
    const isExcepted = ({ rule, place }: { rule: string; place: string }) =>
      EXCEPTIONS.some((exception) => exception.rule === rule && exception.place.test(place));
    expect(problems.filter((problem) => !isExcepted(problem))).toEqual([]);
    for (const { rule, place } of EXCEPTIONS)
      expect(problems.some((problem) => problem.rule === rule && place.test(problem.place))).toBe(true);
  });

  it('has an example of every request and every error, the headers of every answer, and what any guarded call answers', () => {
    for (const { call, operation } of operations) {
      for (const { schema, ...media } of Object.values(operation.requestBody?.content ?? {}))
        expect(JSON.stringify([media, withReferred(schema)]), call).toMatch(/"examples?":/);
      for (const [status, answer] of Object.entries(operation.responses)) {
        expect(answer.headers, `${call} ${status}`).toHaveProperty('x-request-id');
        if (status === '429' || status === '503') expect(answer.headers).toHaveProperty('retry-after');
        if (Number(status) < 400) continue;
        const examples = Object.keys(answer.content?.['application/json']?.examples ?? {});
        expect(examples.length, `${call} ${status}`).toBeGreaterThan(0);
      }
      if (operation.security.length === 0) continue;
      const usual = ['400', '401', '403', '429', '500', '503'];
      expect(Object.keys(operation.responses), call).toEqual(expect.arrayContaining(usual));
    }
  });

  it('has every call that there is a name for', () => {
    const named = operations.map(({ call, operation }) => [call, operation.operationId]);
    expect(Object.fromEntries(named)).toEqual(OPERATION_IDS);
  });

  it('has the intake’s calls at the intake’s address', () => {
    expect(document.paths['/v1/logs']?.servers).toMatchObject([{ url: INTAKE_URL }]);
    expect(document.paths['/v1/events']?.servers).toMatchObject([{ url: INTAKE_URL }]);
    expect(document.paths['/healthz']?.servers).toMatchObject([{ url: '/' }, { url: INTAKE_URL }]);
  });
});

describe('the page', () => {
  it('has what it needs from here alone, and nothing that its policy forbids', async () => {
    const page = await test.call('GET', '/docs', { key: null });
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", `connect-src 'self' ${INTAKE_URL}`])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).toMatch(/; style-src 'self' 'sha256-[A-Za-z0-9+/=]+';/);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(assets.length).toBeGreaterThan(5);
    for (const asset of [...assets, '/docs/json']) {
      expect(asset).toMatch(/^\/docs\//);
      expect((await test.call('GET', asset, { key: null })).status, asset).toBe(200);
    }
    // Nothing inline: the policy would not run it.
    expect(page.text).not.toMatch(/<script[^>]*>\s*[^\s<]|<style|\son\w+=|\sstyle=/);
    // Nor a badge that sends the document's address to another server.
    const initializer = await test.call('GET', '/docs/static/swagger-initializer.js', { key: null });
    expect(initializer.text).toContain('"validatorUrl":null');
    const styles = await test.call('GET', '/docs/static/swagger-ui.css', { key: null });
    expect(styles.text).not.toMatch(/url\(\s*["']?(?!["']?data:)/);
  });
});

/** A schema's own examples and those of the components that it refers to. */
function withReferred(schema: unknown): unknown[] {
  const names = [...(JSON.stringify(schema) ?? '').matchAll(/"#\/components\/schemas\/(\w+)"/g)];
  return [schema, ...names.map(([, name = '']) => document.components.schemas[name])];
}
