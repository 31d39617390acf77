import { describe, expect, it } from 'vitest';
import { parseService, type ServiceObject } from '../../api/service.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Folder, FolderRef } from '../../source/folder/source.ts';
import type { ImageSource } from '../../source/oci/images.ts';
import type { Observed, Source } from '../../source/source.ts';
import type { Credentials } from '../credentials.ts';
import type { Polls } from '../polls.ts';
import { Charts } from './charts.ts';
import { ServiceInputSource } from './inputs.ts';

const { signal } = new AbortController();
const intervalMs = 300_000;

function serviceObject(name: string, repoURL = 'https://git/shop.git'): KubeObject {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { workspace: 'test', source: { repoURL, path: name } },
  };
}

function parsed(object: KubeObject): ServiceObject {
  const result = parseService(object);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** A git server with one commit, that a test moves on. */
class FakeGit implements Source<FolderRef, Folder> {
  commit = 'c1';
  down = false;

  async observe({ path }: FolderRef, seen: string | undefined): Promise<Result<Observed<Folder>>> {
    if (this.down) return fail('transient', 'Down', 'git is down');
    const revision = `main@${this.commit}`;
    if (seen === revision) return ok({ changed: false, revision });
    const files = [{ path: 'Chart.yaml', bytes: Buffer.from(`apiVersion: v2\nname: ${path}\nversion: 1.0.0\n`) }];
    return ok({ changed: true, revision, fact: { revision, commit: this.commit, files, missing: false } });
  }
}

function setUp() {
  const git = new FakeGit();
  const rung: string[] = [];
  const polls = {
    folder: () => {},
    noteFailure: () => {},
    image: () => {},
    forgetImage: () => {},
    forget: () => {},
  } as unknown as Polls;
  const charts = new Charts(git, (repository) => inputs.advanced(repository));
  const inputs: ServiceInputSource = new ServiceInputSource({
    charts,
    polls,
    intervalMs,
    images: {} as ImageSource,
    credentials: {} as Credentials,
    ring: (key) => rung.push(key.name),
    ringDependents: (key) => rung.push(`dependents of ${key.name}`),
  });
  const look = async (object: KubeObject) => {
    const looker = { namespace: 'shop', serviceAccount: 'r', used: new Set<string>() };
    const key = { kind: 'Service', namespace: 'shop', name: object.metadata.name };
    return inputs.chart(parsed(object), { ...looker, key }, signal);
  };
  /** A whole pass. */
  const pass = async (object: KubeObject) => {
    await look(object);
    inputs.settled(parsed(object));
  };
  return { git, rung, charts, inputs, look, pass };
}

const [api, web] = [serviceObject('api'), serviceObject('web')];

describe('E8 a dependency is current', () => {
  it('after its own pass at the commit that anybody has seen', async () => {
    const { git, inputs, look, pass } = setUp();
    await pass(api);
    expect(inputs.moved(api)).toBe(false);
    git.commit = 'c2';
    expect(inputs.moved(api)).toBe(false);
    await look(web);
    expect(inputs.moved(api)).toBe(true);
    await pass(api);
    expect(inputs.moved(api)).toBe(false);
  });

  it('not before its first pass since the controller started', async () => {
    const { inputs, rung, pass } = setUp();
    expect(inputs.moved(api)).toBe(true);
    await pass(api);
    expect(rung).toEqual(['dependents of api']);
    expect(inputs.moved(api)).toBe(false);
  });

  it('and rings whoever waited, once; nobody when nobody did', async () => {
    const { git, inputs, rung, look, pass } = setUp();
    await pass(api);
    expect(rung).toEqual([]);
    await look(web);
    git.commit = 'c2';
    await look(web);
    expect(inputs.moved(api)).toBe(true);
    rung.length = 0;
    await pass(api);
    await pass(api);
    expect(rung).toEqual(['dependents of api']);
  });

  it('with a chart that cannot be had, as its status says so; until that is mended', async () => {
    const { git, inputs, pass } = setUp();
    git.down = true;
    await pass(api);
    expect(inputs.moved(api)).toBe(false);
    git.down = false;
    await pass(web);
    expect(inputs.moved(api)).toBe(true);
    await pass(api);
    expect(inputs.moved(api)).toBe(false);
  });

  it('whatever happens in other repositories', async () => {
    const { git, inputs, look, pass } = setUp();
    await pass(api);
    const other = serviceObject('other', 'https://git/other.git');
    await pass(other);
    git.commit = 'c2';
    await look(other);
    expect(inputs.moved(api)).toBe(false);
  });
});

describe('a repository that has moved', () => {
  it('rings all whose chart lies there, at the first look of any', async () => {
    const { git, rung, look, pass } = setUp();
    await pass(api);
    await pass(web);
    rung.length = 0;
    git.commit = 'c2';
    await look(web);
    expect(rung).toEqual(['api', 'web']);
  });

  it('is the same for all that look after it, however late an older answer comes', async () => {
    const { git, inputs, pass } = setUp();
    git.commit = 'c2';
    await pass(api);
    git.commit = 'c1';
    await pass(web);
    git.commit = 'c2';
    await pass(api);
    await pass(web);
    expect([inputs.moved(api), inputs.moved(web)]).toEqual([false, false]);
  });
});

describe('a packed chart', () => {
  it('is at hand for its digest', async () => {
    const { charts, look } = setUp();
    const chart = await look(api);
    const digest = chart.ok ? chart.value.digest : '';
    expect(await charts.bytes(digest, signal)).toBeInstanceOf(Uint8Array);
  });

  it('is no more once its path has moved on', async () => {
    const { charts } = setUp();
    expect(await charts.bytes('sha256:none', signal)).toBeUndefined();
  });
});
