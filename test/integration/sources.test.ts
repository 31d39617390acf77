import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { newest, parseConstraint } from '../../src/core/version-policy.ts';
import { helmVersion } from '../../src/local/tools/helm.ts';
import { packChart } from '../../src/source/chart/chart.ts';
import { createGitSource, type GitSource } from '../../src/source/git/source.ts';
import { createImageSource } from '../../src/source/oci/images.ts';
import { createDoorbell } from '../../src/trigger/doorbell.ts';
import { createPoller } from '../../src/trigger/poll.ts';
import { findTool } from '../support/find-tool.ts';
import { temporaryFolder, testServer } from '../support/local-server.ts';
import { commit, userGit, workTree } from '../support/user-git.ts';

const run = promisify(execFile);
const { signal } = new AbortController();

async function gitSource(): Promise<GitSource> {
  const source = createGitSource({ cacheDir: await temporaryFolder(), maxAgeMs: 0 });
  onTestFinished(() => source.close());
  return source;
}

it('a push to the local git server is heard at once, and its chart is one that Helm renders', async () => {
  const helm = findTool('helm', `helm-${helmVersion}`);
  if (helm === undefined) throw new Error('helm was not found; run the tests through npm test, which provides it');
  const bell = createDoorbell();
  const server = await testServer({
    onGitPush: ({ repository }) => void bell.ringUrl(`${server.url}/git/${repository}`),
  });
  const url = `${server.url}/git/team/shop.git`;
  const source = await gitSource();
  let heard: () => void = () => undefined;
  const poller = createPoller(() => heard());
  onTestFinished(() => poller.close());
  let seen: string | undefined;
  const check = async (given: AbortSignal) => {
    const look = await source.observe({ url, ref: 'main', path: 'chart' }, seen, { signal: given });
    const changed = look.ok && look.value.changed;
    if (look.ok) seen = look.value.revision;
    return changed ? ('changed' as const) : ('unchanged' as const);
  };
  poller.subscribe({
    id: 'shop',
    key: { kind: 'Service', namespace: 'shop', name: 'api' },
    intervalMs: 3_600_000,
    check,
  });
  onTestFinished(bell.subscribe(url, () => poller.poke('shop')));

  const work = await workTree();
  await run(helm, ['create', join(work, 'chart')]);
  for (const replicas of [1, 2]) {
    await mkdir(join(work, 'chart'), { recursive: true });
    await writeFile(join(work, 'chart', 'values-extra.yaml'), `replicas: ${replicas}\n`);
    const id = await commit(work, `${replicas}`);
    const rung = new Promise<void>((resolve) => (heard = resolve));
    await userGit(work, 'push', '--quiet', url, 'main');
    await rung;
    expect(seen).toBe(id);
  }

  const look = await source.observe({ url, path: 'chart' }, undefined, { signal });
  if (!look.ok || !look.value.changed) throw new Error('not read');
  const packed = await packChart(look.value.fact.files, url);
  if (!packed.ok) throw new Error(packed.failure.message);
  const archive = join(work, 'packed.tgz');
  await writeFile(archive, packed.value.archive);
  const [ours, theirs] = await Promise.all([
    run(helm, ['template', 'r', archive]),
    run(helm, ['template', 'r', join(work, 'chart')]),
  ]);
  expect(ours.stdout).toBe(theirs.stdout);
});

it('E11 tags pushed to the local registry are listed, also where it stands in for docker.io', async () => {
  const server = await testServer();
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
  });
  for (const tag of ['0.2.0', 'v0.10.0', '0.9.0', 'latest', '20240801']) {
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    const put = await fetch(`${server.url}/v2/shop/api/manifests/${tag}`, { method: 'PUT', headers, body: manifest });
    expect(put.status).toBe(201);
  }
  const source = createImageSource({ mirrors: [{ from: 'docker.io', to: server.url }] });
  onTestFinished(() => source.close());
  const policy = parseConstraint('>=0.2.0');
  for (const host of [new URL(server.url).host, 'docker.io']) {
    const ref = { host, repository: 'shop/api' };
    const look = await source.observe(ref, undefined, { signal });
    if (!look.ok || !look.value.changed || !policy.ok) throw new Error('not read');
    const tag = newest(policy.value, look.value.fact.tags) ?? '';
    expect(tag).toBe('v0.10.0');
    expect(await source.pullable(ref, tag, { signal })).toMatchObject({
      ok: true,
      value: { digest: expect.stringMatching(/^sha256:/) },
    });
  }
});
