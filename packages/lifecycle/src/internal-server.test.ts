import { afterEach, describe, expect, it } from 'vitest';
import { type InternalServer, type InternalServerOptions, startInternalServer } from './internal-server.ts';
import { createMetrics } from './metrics.ts';

let server: InternalServer | undefined;
afterEach(() => server?.close());

async function start(options: Partial<InternalServerOptions> = {}) {
  server = await startInternalServer({
    host: '127.0.0.1',
    port: 0,
    portVariable: 'INTERNAL_PORT',
    token: undefined,
    metrics: createMetrics('test'),
    notReady: () => null,
    ...options,
  });
  return server.url;
}

describe('the internal port', () => {
  it('has metrics, health, readiness with its reason, and the calls of the service', async () => {
    const url = await start({
      notReady: () => 'no key snapshot',
      routes: {
        'POST /internal/x': (_, response) => void response.end('mine'),
        'GET /internal/y/*': (request, response) => void response.end(request.url),
      },
    });
    expect(await (await fetch(`${url}/internal/y/1/z?a=1`)).text()).toBe('/internal/y/1/z?a=1');
    expect((await fetch(`${url}/internal/y`)).status).toBe(404);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total{service="test"}');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, 'no key snapshot\n']);
    expect(await (await fetch(`${url}/internal/x?a=1`, { method: 'POST' })).text()).toBe('mine');
    expect((await fetch(`${url}/internal/x`)).status).toBe(404);
  });

  it('tells readiness as a metric, for alerts', async () => {
    let reason: string | null = 'no bus';
    const url = await start({ notReady: () => reason });
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    expect(await metrics()).toContain('sazabi_ready{service="test"} 0');
    reason = null;
    expect(await metrics()).toContain('sazabi_ready{service="test"} 1');
  });

  it('asks for the token where one is set, for all but probes', async () => {
    const url = await start({
      token: 'secret',
      routes: { 'POST /internal/x': (_, response) => void response.end('mine') },
    });
    for (const [method, path] of [
      ['GET', '/metrics'],
      ['POST', '/internal/x'],
    ] as const) {
      const status = async (authorization: string | undefined) =>
        (await fetch(`${url}${path}`, { method, headers: authorization === undefined ? {} : { authorization } }))
          .status;
      expect(await Promise.all([undefined, 'Bearer wrong', 'secret', 'Bearer secret'].map(status))).toEqual([
        401, 401, 401, 200,
      ]);
    }
    expect((await fetch(`${url}/nothing`)).status).toBe(401);
  });

  it('answers probes without the token', async () => {
    const url = await start({ token: 'secret' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz?verbose`)).status).toBe(200);
  });

  it('answers 500 where a call throws, and lives on', async () => {
    const url = await start({ notReady: () => Promise.reject(new Error('expected in this test')) });
    expect((await fetch(`${url}/readyz`)).status).toBe(500);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('says in one line that its port is in use', async () => {
    const port = Number(new URL(await start()).port);
    await expect(
      startInternalServer({
        host: '127.0.0.1',
        port,
        portVariable: 'CONSUMER_INTERNAL_PORT',
        token: undefined,
        metrics: createMetrics('b'),
        notReady: () => null,
      }),
    ).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use: stop what listens there or set another CONSUMER_INTERNAL_PORT.`,
    );
  });
});
