import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import type { WatchingClient } from '../client.ts';
import { type Connection, connect } from '../connect.ts';
import { type CuttingProxy, cuttingProxy } from '../testing/cutting-proxy.ts';

/** A running API server that the suite may write to: the embedded one or a real one, on 127.0.0.1. */
export type Subject = Readonly<{
  /** Text of an administrator's kubeconfig, credentials in it or as absolute paths. */
  kubeconfig: string;
  /** Base URL as it stands in the kubeconfig. */
  url: string;
  stop(): Promise<void>;
}>;

export type Started = {
  client: WatchingClient;
  connection: Connection;
  /** As `client`, but its connections go through `proxy`. */
  shaky: WatchingClient;
  proxy: CuttingProxy;
  /** One for each test. */
  namespace: string;
};

/** For the body of a `describe`: the fields are filled when the tests run. */
export function started(start: () => Promise<Subject>): Started {
  const state = {} as Started;
  const ends: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    const subject = await start();
    ends.unshift(() => subject.stop());
    const folder = mkdtempSync(join(tmpdir(), 'kube-contract-'));
    ends.unshift(() => rmSync(folder, { recursive: true }));
    const open = async (url: string, name: string) => {
      const kubeconfigPath = join(folder, name);
      writeFileSync(kubeconfigPath, subject.kubeconfig.replaceAll(subject.url, url), { mode: 0o600 });
      const connection = await connect({ kubeconfigPath, userAgent: 'contract' });
      ends.unshift(() => connection.close());
      return connection;
    };
    const url = new URL(subject.url);
    const proxy = await cuttingProxy(Number(url.port));
    ends.unshift(() => proxy.close());
    state.proxy = proxy;
    state.shaky = (await open(`${url.protocol}//127.0.0.1:${proxy.port}`, 'shaky')).client;
    state.connection = await open(subject.url, 'direct');
    state.client = state.connection.client;
  }, 60_000);
  beforeEach(async () => {
    state.namespace = `t-${Math.random().toString(36).slice(2, 10)}`;
    await state.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: state.namespace } });
  });
  afterEach(() => state.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: state.namespace }));
  afterAll(async () => {
    for (const end of ends) await end();
  });
  return state;
}

/** A ConfigMap to be created. */
export function config(namespace: string, name: string, more: Partial<KubeObject> = {}): KubeObject {
  const { metadata, ...rest } = more;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, ...metadata }, ...rest };
}

export function refTo(namespace: string, name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name };
}

/** Resolves when it holds; the suite's own time limit ends it otherwise. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
