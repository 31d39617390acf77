import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identityOf } from '../core/identity.ts';
import { type Role, roles } from '../core/role.ts';
import { createApp, type Mount } from './app.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { Presence } from './presence.ts';
import { controllerWith } from './testing.ts';

function setUp(mounts: readonly Mount[] = []) {
  const presence = new Presence();
  const logged: unknown[] = [];
  const log = { error: (fields: unknown) => void logged.push(fields) };
  const app = createApp({ presence, metrics: createMetrics(presence, '1'), mounts, log });
  const ask = async (path: string) => {
    const answer = await app.request(path);
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  return { presence, app, ask, logged };
}

describe('/readyz', () => {
  it.each(roles.map((role) => [role, role === 'leading' || role === 'standby'] as const))(
    '%s: %s',
    async (role, ok) => {
      const { presence, ask } = setUp();
      presence.become(role);
      expect(await ask('/readyz')).toMatch(ok ? /^200 ok: / : new RegExp(`^503 ${role}`));
    },
  );
});

describe('/healthz', () => {
  it.each(roles)('alive while %s', async (role: Role) => {
    const { presence, ask } = setUp();
    presence.become(role, controllerWith());
    expect(await ask('/healthz')).toBe(`200 ok: ${role}`);
  });
  it('not alive when keys wait and no worker has come back for ten minutes', async () => {
    const { presence, ask } = setUp();
    presence.become('leading', controllerWith({ stalledMs: 599_999 }));
    expect(await ask('/healthz')).toMatch(/^200/);
    presence.become('leading', controllerWith({ stalledMs: 600_000 }));
    expect(await ask('/healthz')).toBe('503 no key has been taken from the queue for 600 s, and some wait');
  });
});

it('/metrics is what Prometheus reads', async () => {
  const { app } = setUp();
  const answer = await app.request('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toMatch(/^alustan_role\{role="starting"\} 1$/m);
});

describe('what is mounted', () => {
  const hook = new Hono().post('/', async (c) => c.text(await c.req.text())).get('/fault', () => fault());
  const fault = () => {
    throw new Error('password=x');
  };

  it('is found under its path', async () => {
    const { app } = setUp([{ path: '/hooks/github', app: hook }]);
    const answer = await app.request('/hooks/github', { method: 'POST', body: 'ping' });
    expect(await answer.text()).toBe('ping');
    expect((await app.request('/hooks')).status).toBe(404);
  });
  it('keeps the words of its faults for the log', async () => {
    const { ask, logged } = setUp([{ path: '/hooks/github', app: hook }]);
    expect(await ask('/hooks/github/fault')).toBe('500 a fault of the controller, see its log');
    expect(logged).toMatchObject([{ path: '/hooks/github/fault', err: { message: 'password=x' } }]);
  });
});

describe('a standby', () => {
  const path = '/hooks/github';
  const hook = (says: string) => new Hono().post('/', async (c) => c.text(`${says} heard ${await c.req.text()}`, 202));
  const ring = (app: Hono, headers = {}) => app.request(`${path}?a=1`, { method: 'POST', body: 'push', headers });
  const standby = async (holder: string) => {
    const { presence, app } = setUp([{ path, app: hook('standby') }]);
    presence.become('standby', undefined, holder);
    return app;
  };
  const leading = async (app: Hono) => {
    const { port, close } = await listen(app, { host: '127.0.0.1', port: 0 });
    onTestFinished(close);
    return identityOf('pod', 'id', `http://127.0.0.1:${port}`);
  };
  const said = async (answer: Response) => `${answer.status} ${await answer.text()}`;

  it('sends what it is asked under a mount on to the leader, body and headers', async () => {
    const heard: (string | undefined)[] = [];
    const leader = new Hono().post(path, async (c) => {
      heard.push(c.req.query('a'), c.req.header('x-hub-signature-256'), await c.req.text());
      return c.text('known already', 202);
    });
    const app = await standby(await leading(leader));
    expect(await said(await ring(app, { 'x-hub-signature-256': 'sha256=1' }))).toBe('202 known already');
    expect(heard).toEqual(['1', 'sha256=1', 'push']);
    expect((await app.request('/readyz')).status).toBe(200);
  });
  it('answers itself what another replica has sent on, and when it does not know where the leader is', async () => {
    const app = await standby(await leading(new Hono()));
    expect(await said(await ring(app, { 'x-alustan-forwarded': '1' }))).toBe('202 standby heard push');
    expect(await said(await ring(await standby('pod_id')))).toBe('202 standby heard push');
  });
  it('says that it is to be sent again when the leader is gone', async () => {
    const gone = await leading(new Hono());
    const app = await standby(gone.replace(/\d+$/, '1'));
    expect(await said(await ring(app))).toMatch(/^503 .* send it again later/);
  });
});

describe('the listener', () => {
  it('answers on a free port, and lets what is under way end', async () => {
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = new Hono().get('/', async (c) => {
      inside.resolve();
      await goOn.promise;
      return c.text('done');
    });
    const { app } = setUp([{ path: '/slow', app: slow }]);
    const { port, close } = await listen(app, { host: '127.0.0.1', port: 0 });
    const answer = fetch(`http://127.0.0.1:${port}/slow`);
    await inside.promise;
    const closing = close();
    goOn.resolve();
    expect(await (await answer).text()).toBe('done');
    await closing;
    await expect(fetch(`http://127.0.0.1:${port}/slow`)).rejects.toThrow();
  });
  it('rejects when the port is taken', async () => {
    const { app } = setUp();
    const { port, close } = await listen(app, { host: '127.0.0.1', port: 0 });
    onTestFinished(close);
    await expect(listen(app, { host: '127.0.0.1', port })).rejects.toThrow(/EADDRINUSE/);
  });
});
