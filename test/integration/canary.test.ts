import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/cli/log.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { pushTag, seedCharts } from '../support/bad-input.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { Lane, statusOf } from '../support/lane.ts';
import { Shop } from '../support/shop.ts';

/** Secret values, each of them with the word that is searched for, in the shapes that tools change or echo. */
const canaries = {
  PLAIN: 'canary-plain-3f9a',
  LINES: 'canary-line-one\ncanary-line-two\n',
  QUOTES: `canary-"double" 'single' $HOME $$\${x} back\\slash\ttab`,
  URL: 'canary p:a#s/w@r?d&=%<>',
  JSON: '{"key":"canary-json-value"}',
  YAML: 'canary-yaml: [never closed',
  BASE64: Buffer.from('a canary in base64').toString('base64'),
};
const logins = { git: 'canary-git-password', registry: 'canary-registry:pass"word' };

/** The word as it is, and as base64 shows it wherever in a longer text it stands: its ends depend on what is beside it. */
const traces = [
  'canary',
  ...[0, 8, 16].map((bits) => {
    const text = Buffer.from(`${'.'.repeat(bits / 8)}canary...`).toString('base64');
    return text.slice(Math.ceil(bits / 6), Math.floor((bits + 48) / 6));
  }),
];

const template = (text: string) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\n${text}\n`;
const whole = template('stringData:\n  all: {{ toJson .Values | quote }}');

/** A chart a way for a value to come out of Helm. */
const charts: Readonly<Record<string, string>> = {
  good: whole,
  fail: '{{ fail (toJson .Values) }}',
  'fail-line': '{{ fail (cat .Values.plain .Values.lines .Values.quotes .Values.url .Values.base64) }}',
  yaml: template('stringData:\n  broken: {{ .Values.yaml }}'),
  refused: template('  labels: {word: "{{ .Values.plain }} {{ .Values.url }}"}'),
  type: template('stringData: {{ toJson .Values.plain }}'),
};
const notes = '{{ toJson .Values }}';
/** Helm warns, and quotes, where a value is no map and the chart's default is one. */
const defaults = 'plain: {of: a map}\nurl: {of: a map}\n';

/** Charts that end in words of Helm's or the API server's that quote values. */
const failing = ['fail', 'fail-line', 'yaml', 'refused', 'type'];

const kinds = [
  ['alustan.io/v1alpha1', 'Service'],
  ['alustan.io/v1alpha1', 'Repository'],
  ['batch/v1', 'Job'],
  ['v1', 'Pod'],
  ['v1', 'Event'],
  ['v1', 'ConfigMap'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Namespace'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
] as const;

/** A server that quotes the login in its refusal. */
const echo: Fault = (request, response) => {
  const header = request.headers.authorization;
  if (header === undefined) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  const decoded = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString();
  const message = `denied: ${header} (${decoded})`;
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] });
  response.writeHead(500, { 'content-type': 'application/json' }).end(body);
};

describe('E2 a value from a Secret is in the Secrets that carry it, and nowhere else', () => {
  let shop: Shop;
  let lane: Lane;
  const log: string[] = [];

  const values = {
    ...Object.fromEntries(Object.keys(canaries).map((name) => [name.toLowerCase(), `\${workspace.${name}}`])),
    inside: 'postgres://user:${workspace.PLAIN}@db/${workspace.URL}',
  };
  const spec = (chart: string, more: object = {}) => ({
    workspace: 'wood',
    retries: 0,
    source: {
      repoURL: `http://${lane.proxy.host}/git/wood.git`,
      path: `charts/${chart}`,
      targetRevision: 'main',
      values,
    },
    ...more,
  });

  const find = (text: string): string[] => traces.filter((trace) => text.includes(trace));
  const told = (object: KubeObject) => statusOf(object).message;

  beforeAll(async () => {
    const lines = new PassThrough();
    lines.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    shop = await Shop.start({
      example: 'none',
      log: createLog({ level: 'debug', format: 'json', to: lines }),
      controller: { intervalMs: 1_000 },
    });
    await seedCharts(shop.local.endpoints.http, 'wood', charts, {
      'templates/NOTES.txt': notes,
      'values.yaml': defaults,
    });
    await pushTag(shop.local.endpoints.http, '1.0.0');
    lane = await Lane.prepare(shop, 'wood');
    await lane.clusterSecret('wood', canaries);
    await drive();
  }, 180_000);
  afterAll(async () => {
    lane.close();
    await shop.stop();
  }, 60_000);

  /** Every path on which a value could leave. */
  async function drive(): Promise<void> {
    await lane.secret('git-login', { username: 'u', password: logins.git });
    const auths = { [lane.proxy.host]: { auth: Buffer.from(`u:${logins.registry}`).toString('base64') } };
    await lane.secret('registry-login', { '.dockerconfigjson': JSON.stringify({ auths }) });
    await lane.secret('registry-broken', { '.dockerconfigjson': `{"auths": ${logins.registry}` });
    await lane.service('good', spec('good'));
    await lane.settled('Completed', 'Delivered', 'good');
    for (const chart of failing) await lane.service(chart, spec(chart));
    const unresolved = { ...spec('good').source, values: { ...values, other: '${workspace.OTHER}' } };
    await lane.service('unresolved', spec('good', { source: unresolved }));
    const cluster = { ...spec('good').source, values: { cluster: '${workspace.PLAIN}' } };
    await lane.service('cluster', spec('good', { source: cluster }));
    await lane.service('dependent', spec('good', { dependencies: { service: ['fail', 'good'] } }));
    const containerRegistry = { imageName: lane.image, semanticVersion: '*', secretRef: { name: 'registry-login' } };
    const broken = { ...containerRegistry, secretRef: { name: 'registry-broken' } };
    await lane.service('broken-login', spec('good', { containerRegistry: broken }));
    await Promise.all([
      ...failing.map((chart) => lane.settled('Failed', 'RetriesExhausted', chart)),
      lane.settled('Error', 'UnresolvedVariables', 'unresolved'),
      lane.settled('Error', 'UnknownCluster', 'cluster'),
      lane.settled('Progressing', 'DependencyNotReady', 'dependent'),
      lane.settled('Error', 'InvalidRegistrySecret', 'broken-login'),
    ]);
    lane.proxy.faults.set('/v2/', echo);
    lane.proxy.faults.set('/git/', echo);
    const locked = { ...spec('good').source, secretRef: { name: 'git-login' } };
    await lane.service('git-login', spec('good', { source: locked }));
    await lane.settled('Error', 'ServerError', 'git-login');
    lane.proxy.faults.delete('/git/');
    await lane.service('registry-login', spec('good', { containerRegistry }));
    await lane.settled('Error', 'ServerError', 'registry-login');
  }

  it('the log, in JSON and at level debug', () => {
    expect(log.join('')).toMatch(/RetriesExhausted/);
    expect(log.filter((line) => find(line).length > 0)).toEqual([]);
  });

  it.each(kinds)('%s %s', async (apiVersion, kind) => {
    const { items } = await shop.client.list({ apiVersion, kind });
    expect(items.filter((item) => find(JSON.stringify(item)).length > 0)).toEqual([]);
  });

  it('the inputs of Jobs that have ended', async () => {
    await lane.until('v1', 'Secret', (secrets) => secrets.every((secret) => secret['type'] !== 'alustan.io/job-input'));
  });

  it("files, but the API server's own store", async () => {
    const found: string[] = [];
    for (const entry of await readdir(shop.dataDir, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.startsWith(join(shop.dataDir, 'kubernetes'))) continue;
      if (find((await readFile(path)).toString('latin1')).length > 0) found.push(path.slice(shop.dataDir.length));
    }
    expect(found).toEqual([]);
  });

  it('what Helm said is told all the same, without the values', async () => {
    const { items } = await shop.client.list({ apiVersion: 'alustan.io/v1alpha1', kind: 'Service' });
    const messages = Object.fromEntries(items.map((item) => [item.metadata.name, told(item)]));
    for (const chart of failing) expect(messages[chart]).toMatch(/^Job .* failed: helm: .*\S/);
    for (const chart of ['fail', 'fail-line', 'refused', 'type']) expect(messages[chart]).toContain('•••');
  });
});
