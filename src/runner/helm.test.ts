import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRelease, encodeRelease } from '../core/helm-release.ts';
import { type JobResult, parseResult } from '../core/job-io.ts';
import type { KubeObject } from '../core/resource.ts';
import { type KubeClient, KubeError } from '../kube/client.ts';
import { runHelm } from './helm.ts';

const secret = 'p:a#s"w';
const install = {
  type: 'helm-install',
  release: 'api',
  namespace: 'shop',
  chartDigest: 'sha256:1',
  sensitive: [secret],
  labels: {},
  wait: false,
  conflicts: 'force',
  timeoutSeconds: 300,
};
/** The same, with the lock on a revision that the plan has proven dead. */
const unlocking = <T extends object>(version: number, job: T) => ({
  ...job,
  unlock: { record: `uid-${version}`, revision: version, proof: 'its Job api-0 has ended' },
});
const uninstall = { type: 'helm-uninstall', release: 'api', namespace: 'shop', timeoutSeconds: 300 };

let folder: string;
let records: Map<string, KubeObject>;
let stop: AbortController;
let printed: string[];
/** Called before a record is deleted or replaced; rejects to refuse it. */
let onDelete: () => Promise<void>;
let onUpdate: () => Promise<void>;
/** Called before the records are read. */
let onList: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alustan-runner-'));
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'chart.tgz.000'), 'ch');
  await writeFile(join(folder, 'in', 'chart.tgz.001'), 'art');
  [records, stop, printed] = [new Map(), new AbortController(), []];
  [onDelete, onUpdate, onList] = [async () => {}, async () => {}, () => {}];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One of Helm's records, as `number status`. */
function record(version: number, status: string): void {
  const name = `sh.helm.release.v1.api.v${version}`;
  const release = encodeRelease({ name: 'api', namespace: 'shop', version, info: { status }, manifest: '' });
  const labels = { owner: 'helm', name: 'api', status, version: String(version) };
  records.set(name, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'shop', uid: `uid-${version}`, labels },
    data: { release },
  });
}

const history = () =>
  [...records.values()].map(({ metadata: { labels } }) => `${labels?.['version']} ${labels?.['status']}`).sort();

/** What the runner asks of the API server: Helm's records of one release. */
const client = {
  list: async () => {
    onList();
    return { items: [...records.values()] };
  },
  update: async (object: KubeObject) => {
    await onUpdate();
    records.set(object.metadata.name, object);
  },
  patch: async ({ name }: { name: string }, _kind: string, patch: { metadata: object }) => {
    const before = records.get(name) as KubeObject;
    records.set(name, { ...before, metadata: { ...before.metadata, ...patch.metadata } });
  },
  delete: async ({ name }: { name: string }) => {
    await onDelete();
    if (!records.delete(name)) throw new KubeError(404, 'NotFound', 'gone');
  },
} as unknown as KubeClient;

/** Runs a Job whose Helm is this shell script; returns the result that it left. */
async function run(script: string, job: object = install): Promise<JobResult & { code: number }> {
  const [helm, result] = [join(folder, 'helm'), join(folder, 'result')];
  await writeFile(helm, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const input = { owner: { kind: 'Service', namespace: 'shop', name: 'api' }, job: 'api-1', run: job };
  await writeFile(join(folder, 'in', 'job.json'), JSON.stringify(input));
  return { ...(await start(helm)), ...(parseResult(await readFile(result, 'utf8')) as JobResult) };
}

async function start(helm: string): Promise<{ code: number }> {
  const print = (line: string) => {
    printed.push(line);
    if (line === 'ready') stop.abort();
  };
  const options = { input: join(folder, 'in'), result: join(folder, 'result'), helm, env: process.env };
  return { code: await runHelm({ ...options, client: async () => client, print, signal: stop.signal }) };
}

describe('the result', () => {
  it('E20 names the revision that Helm made', async () => {
    expect(await run('echo REVISION: 3')).toEqual({
      code: 0,
      ok: true,
      revision: 3,
      message: 'revision 3 deployed',
      tail: [],
    });
  });
  it('is a failure when Helm does not say what it made', async () => {
    expect(await run('echo done')).toMatchObject({
      code: 1,
      ok: false,
      message: 'helm did not say which revision it made',
    });
  });
  it('E20 carries Helm’s own words, and its last lines', async () => {
    const result = await run('echo working; echo "Error: UPGRADE FAILED: no such field" >&2; exit 1');
    expect(result).toMatchObject({ code: 1, ok: false, message: 'helm: no such field' });
    expect(result.tail).toEqual(expect.arrayContaining(['working']));
  });
  it('E2 hides secret values, in the log of the pod too', async () => {
    const result = await run(`echo 'Error: bad value ${secret}'; exit 1`);
    expect(JSON.stringify([result, printed])).not.toContain(secret.slice(0, 5));
    expect(result.message).toContain('bad value •••');
  });
  it('says how Helm was ended', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ ok: false, message: 'helm was ended by SIGKILL' });
  });
  it('says that Helm is missing, and what to do', async () => {
    await run('exit 0');
    await start('/no/such/helm');
    const result = parseResult(await readFile(join(folder, 'result'), 'utf8'));
    expect(result?.message).toBe('the program /no/such/helm was not found; name it with ALUSTAN_HELM');
  });
  it('is written when the inputs are not there', async () => {
    expect(await start('/bin/true')).toEqual({ code: 1 });
    expect(parseResult(await readFile(join(folder, 'result'), 'utf8'))?.message).toMatch(/job\.json/);
  });
  it('E10 of an uninstall', async () => {
    expect(await run('[ "$1" = uninstall ]', uninstall)).toMatchObject({ code: 0, message: 'release uninstalled' });
  });
});

it('the parts of the chart are joined, and removed afterwards', async () => {
  await run('cat "$3" && echo " at $3" && echo REVISION: 1');
  const [, path = ''] = /^chart at (.*)$/.exec(printed[0] ?? '') ?? [];
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

it('E20 asks no API server where the plan knows that there is nothing to see', async () => {
  onList = () => expect.fail('it has read the records');
  expect(await run('echo REVISION: 2', { ...install, clean: true })).toMatchObject({ ok: true, revision: 2 });
});

describe('SIGTERM', () => {
  it('reaches Helm, which ends in its own way', async () => {
    record(1, 'failed');
    const result = await run(
      "trap 'echo Error: context canceled; exit 1' TERM; echo ready; while :; do sleep 0.01; done",
    );
    expect(result).toMatchObject({
      code: 1,
      message: 'helm was told to stop: context canceled',
      interrupted: true,
    });
  });
  it('before Helm was started: it is not', async () => {
    stop.abort();
    expect(await run('echo REVISION: 1')).toMatchObject({
      ok: false,
      message: 'helm was told to stop',
      interrupted: true,
    });
    expect(printed).toEqual([]);
  });
  it('E20 leaves a revision that does not count: the next one takes its place', async () => {
    record(1, 'deployed');
    record(2, 'failed');
    await run("trap 'exit 1' TERM; echo ready; while :; do sleep 0.01; done");
    stop = new AbortController();
    record(3, 'deployed');
    await run('echo REVISION: 3');
    expect(history()).toEqual(['1 deployed', '3 deployed']);
  });
});

describe('E20 what a killed run left', () => {
  it.each(['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'])(
    '%s is unlocked before Helm runs, and goes from history once it has deployed',
    async (status) => {
      record(1, status);
      let seen: string[] = [];
      onDelete = async () => {
        seen = history();
      };
      expect(await run('echo REVISION: 2', unlocking(1, install))).toMatchObject({ ok: true });
      expect(seen).toEqual(['1 failed']);
      expect(printed[0]).toBe(`release api was left ${status}: unlocked, since its Job api-0 has ended`);
      expect(history()).toEqual([]);
    },
  );
  it('says in its record what happened, as long as nothing else is deployed', async () => {
    record(1, 'deployed');
    record(2, 'pending-upgrade');
    expect(await run('exit 1', unlocking(2, install))).toMatchObject({ ok: false });
    expect(history()).toEqual(['1 deployed', '2 failed']);
    const { info } = decodeRelease(records.get('sh.helm.release.v1.api.v2') as KubeObject);
    expect(info.description).toBe('pending-upgrade was interrupted; unlocked, since its Job api-0 has ended');
  });
  it('is removed by the run after next, too', async () => {
    record(1, 'deployed');
    record(2, 'pending-upgrade');
    await run('exit 1', unlocking(2, install));
    await run('echo REVISION: 3');
    expect(history()).toEqual(['1 deployed']);
  });
  it.each(['deployed', 'failed', 'superseded'])('%s is none of it: nothing is written', async (status) => {
    record(1, status);
    await run('echo REVISION: 2');
    expect(history()).toEqual([`1 ${status}`]);
  });
  it('is left alone by an uninstall, which Helm does whatever the state', async () => {
    record(1, 'pending-upgrade');
    expect(await run('true', unlocking(1, uninstall))).toMatchObject({ ok: true });
    expect(history()).toEqual(['1 pending-upgrade']);
  });
});

describe('E20 a lock that nobody has proven dead', () => {
  const message =
    'release api is being changed by someone else (pending-upgrade, revision 2): nothing was done; let that helm end';

  it.each([
    ['an install that may unlock nothing', install],
    ['one that may unlock an older revision', unlocking(1, install)],
    ['an uninstall', uninstall],
    ['one that may go over an older lock', unlocking(1, uninstall)],
  ])('is kept: %s fails, and Helm does not run', async (_what, job) => {
    record(1, 'deployed');
    record(2, 'pending-upgrade');
    expect(await run('echo helm ran; echo REVISION: 3', job)).toMatchObject({ code: 1, ok: false, message });
    expect(history()).toEqual(['1 deployed', '2 pending-upgrade']);
    expect(printed).toEqual([]);
  });

  it('is kept when its helm turns out to live: it has written since', async () => {
    record(2, 'pending-upgrade');
    onUpdate = () => Promise.reject(new KubeError(409, 'Conflict', 'the object has been modified'));
    expect(await run('echo REVISION: 3', unlocking(2, install))).toMatchObject({ ok: false });
    expect(history()).toEqual(['2 pending-upgrade']);
  });
});

it('what Helm has deployed counts, also when history cannot be tidied', async () => {
  record(1, 'pending-upgrade');
  onDelete = () => Promise.reject(new Error('no route'));
  expect(await run('echo REVISION: 2', unlocking(1, install))).toMatchObject({ ok: true, revision: 2 });
  expect(printed.at(-1)).toBe('history: no route');
});
