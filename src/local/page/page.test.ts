import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { script } from './assets.ts';
import { pageRoutes } from './routes.ts';
import { ago, viewOf } from './view.ts';

const now = new Date('2026-01-02T03:04:05Z');
const addresses = { kubernetes: 'https://127.0.0.1:1', http: 'http://127.0.0.1:2', kubeconfig: '/data/kubeconfig' };

function object(kind: string, name: string, status?: object, namespace = 'shop'): KubeObject {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T03:00:00Z', reason: 'Any' }];
  const whole = status === undefined ? {} : { status: { conditions, message: 'words', ...status } };
  return { apiVersion: 'alustan.io/v1alpha1', kind, metadata: { name, namespace, uid: name }, ...whole };
}

async function get(objects: readonly KubeObject[] | undefined, path = '/') {
  const routes = pageRoutes({
    objects: () => (objects === undefined ? undefined : Promise.resolve(objects)),
    addresses: () => addresses,
    now: () => now,
  });
  const answer = await routes.request(path);
  return { answer, text: await answer.text() };
}

describe('the view', () => {
  it('has namespaces by name, in each what is needed before what needs it', () => {
    const { namespaces } = viewOf([
      object('Service', 'web', {}),
      object('Service', 'api', {}),
      object('Terraform', 'net', {}),
      object('Repository', 'shop', {}),
      object('Service', 'x', {}, 'other'),
    ]);
    expect(namespaces.map(({ name, rows }) => [name, ...rows.map((row) => row.name)])).toEqual([
      ['other', 'x'],
      ['shop', 'shop', 'net', 'api', 'web'],
    ]);
  });

  const condition = (type: string, status: string, reason = 'Any') => ({ conditions: [{ type, status, reason }] });
  it.each<[string, object | undefined, string, boolean]>([
    ['delivered', { state: 'Completed' }, 'good', false],
    [
      'delivered, and something is odd',
      { state: 'Completed', warnings: [{ reason: 'A', message: 'b' }] },
      'good',
      true,
    ],
    ['under way', { state: 'Progressing' }, 'busy', false],
    [
      'a plan to be approved',
      { state: 'Progressing', ...condition('Ready', 'False', 'ApprovalRequired') },
      'busy',
      true,
    ],
    ['an error', { state: 'Error' }, 'bad', true],
    ['failed', { state: 'Failed' }, 'bad', true],
    ['a deletion that is held', { state: 'Blocked', ...condition('Stalled', 'False') }, 'held', false],
    ['one that only a person can free', { state: 'Blocked', ...condition('Stalled', 'True') }, 'held', true],
    ['not looked at yet', undefined, 'new', false],
  ])('%s', (_title, status, tone, needsYou) => {
    const [row] = viewOf([object('Terraform', 'net', status)]).namespaces[0]?.rows ?? [];
    expect([row?.tone, row?.needsYou]).toEqual([tone, needsYou]);
  });

  it.each([
    ['2026-01-02T03:03:30Z', 'just now'],
    ['2026-01-02T02:05:06Z', '58 min'],
    ['2026-01-01T03:04:05Z', '24 h'],
    ['2025-12-30T03:04:05Z', '3 d'],
    [undefined, ''],
  ])('since %s: %s', (since, told) => expect(ago(since, now)).toBe(told));
});

describe('the page', () => {
  it('shows state, message and what is behind it', async () => {
    const health = { release: 'web', revision: 2, status: 'deployed', chart: 'app-1.0.0' };
    const { text } = await get([
      object('Service', 'web', {
        state: 'Progressing',
        message: 'Waiting for dependencies: api',
        image: 'shop/web:1.0.0',
        blockedBy: [{ kind: 'Service', name: 'api', state: 'Failed', message: 'no such image' }],
        healthStatus: {
          ...health,
          objects: [{ kind: 'Deployment', name: 'web', health: 'InProgress', message: '0 of 1' }],
        },
        previews: [
          {
            number: 7,
            url: 'http://127.0.0.1:2/github/shop/web/pull/7',
            state: 'Ready',
            message: 'healthy',
            urls: ['https://preview-x-7'],
          },
        ],
      }),
      object('Terraform', 'net', {
        state: 'Failed',
        message: 'exit code 1',
        plan: { summary: '+1 ~0 −0', hash: 'ab12', secret: 'net-plan' },
        job: { name: 'net-deploy-1', purpose: 'deploy', phase: 'failed', tail: ['Error: quota'] },
      }),
    ]);
    expect(text).toMatch(/Waiting for dependencies: api.*4 min/s);
    expect(text).toContain('<li><b>api</b> Service, Failed: no such image</li>');
    expect(text).toContain('<li><b>web</b> Deployment, InProgress: 0 of 1</li>');
    expect(text).toContain('<a href="http://127.0.0.1:2/github/shop/web/pull/7">#7</a> Ready: healthy');
    expect(text).toContain('Error: quota');
    expect(text).toContain('kubectl describe asvc web -n shop');
    expect(text).toContain('kubectl logs -n shop job/net-deploy-1');
    expect(text).toContain('<title>(1) Alustan</title>');
    expect(text).toContain('<a href="#Terraform.shop.net">shop/net</a> exit code 1');
  });

  it('takes nothing of a status for HTML, and links to web pages only', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'';
    const previews = [{ number: 1, url: 'javascript:alert(1)', state: evil, message: evil, urls: [evil] }];
    const job = { name: evil, purpose: evil, tail: [evil] };
    const { text } = await get([
      object('Service', 'web', {
        state: evil,
        message: evil,
        image: evil,
        previews,
        job,
        postDeployOutput: { a: evil },
      }),
    ]);
    expect(text).not.toMatch(/<img|javascript:|"'/);
    expect(text.split('&lt;img src=x').length).toBeGreaterThan(7);
  });

  it('tells the first steps where nothing is there, and waits while local mode starts', async () => {
    expect((await get([])).text).toContain('<code>http://127.0.0.1:2/git/NAME.git</code>');
    expect((await get(undefined)).answer.status).toBe(503);
  });

  it('runs only its own files, is framed by nobody and kept nowhere', async () => {
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/page.css', 'text/css'],
      ['/page.js', 'text/javascript'],
    ] as const) {
      const { answer } = await get([], path);
      expect(answer.headers.get('content-type')).toMatch(type);
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect((await get([])).text).not.toMatch(/ on\w+=|<style|<script>/);
    expect(() => new Function(script)).not.toThrow();
  });
});
