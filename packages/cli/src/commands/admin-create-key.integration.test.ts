// `admin create-key`, against an HTTP server with answers of the contract's form.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, startTestServer, type TestServer } from '../testing/http-server.ts';

const ORGANIZATION_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
const made = { id: 'id-1', name: 'Made by the operator', scopes: ['admin'], key: 'sk_live_sz_whole' };

let server: TestServer;
let answer: Answer;
beforeEach(async () => {
  answer = { status: 201, body: { data: { organizationId: ORGANIZATION_ID, secretKey: made }, error: null } };
  server = await startTestServer(() => answer);
});
afterEach(() => server.close());

const createKey = (...flags: string[]) => {
  const environment = { INTERNAL_URL: server.url, INTERNAL_TOKEN: 't'.repeat(32) };
  return callCli(['admin', 'create-key', ...flags], { environment });
};
const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? '');

it('needs nothing but the operator’s token, and prints the key alone on stdout', async () => {
  const ran = await createKey();
  expect(ran).toMatchObject({ code: 0, stdout: 'sk_live_sz_whole\n' });
  expect(ran.stderr).toContain(`of organization ${ORGANIZATION_ID}. It is shown this once only`);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/internal/secret-keys' });
  expect(request?.headers.authorization).toBe(`Bearer ${'t'.repeat(32)}`);
  expect(lastBody()).toEqual({});
});

it('sends the organization, the name and the scopes of a preset', async () => {
  await createKey('--organization', ORGANIZATION_ID, '--name', 'Way in', '--scope', 'keys:write', '--scope', 'admin');
  expect(lastBody()).toEqual({ organizationId: ORGANIZATION_ID, name: 'Way in', scopes: ['keys:write', 'admin'] });
  expect((await createKey('--scope', 'all')).code).toBe(2);
});

it('shows what the API refuses, and what to do', async () => {
  const message = 'The body is not as documented: organizationId: must be named (sazabi admin organizations list).';
  answer = { status: 400, body: { data: null, error: { code: 'VALIDATION_ERROR', message, status: 400 } } };
  const ran = await createKey();
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('sazabi admin organizations list');
});

it('finds a system that was started with another INTERNAL_PORT', async () => {
  answer = { status: 200, body: { data: [], error: null } };
  const ran = await callCli(['admin', 'organizations', 'list', '--json'], {
    environment: { INTERNAL_PORT: new URL(server.url).port },
  });
  expect(ran).toMatchObject({ code: 0, stdout: '[]\n' });
});
