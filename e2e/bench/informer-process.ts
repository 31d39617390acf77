import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from '../cluster/api.ts';
import { atEnd } from '../cluster/at-end.ts';
import { ApiProxy } from '../faults/proxy.ts';
import type { InformerKind, InformerReading, Question } from './informer-main.ts';

/** A process that keeps a copy of a namespace's ConfigMaps, behind a proxy that can disturb it. */
export type InformerProcess = Readonly<{
  kind: InformerKind;
  proxy: ApiProxy;
  /** Lists and watches; resolves when the first list is complete. */
  start(): Promise<InformerReading>;
  read(): Promise<InformerReading>;
  /** Name → resource version, as its copy has it. */
  versions(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}>;

export async function startInformer(
  kind: InformerKind,
  access: Access,
  dir: string,
  namespace: string,
): Promise<InformerProcess> {
  const proxy = await ApiProxy.start(access);
  const kubeconfig = join(dir, `${kind}.kubeconfig`);
  writeFileSync(kubeconfig, JSON.stringify(configOf(proxy.url, access.token)), { mode: 0o600 });
  const program = join(import.meta.dirname, 'informer-main.ts');
  const child = spawn(process.execPath, ['--expose-gc', program, kind, kubeconfig, namespace], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  await answer(child);
  return {
    kind,
    proxy,
    start: () => ask(child, 'start'),
    read: () => ask(child, 'read'),
    versions: () => ask(child, 'versions'),
    stop: async () => {
      forget();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await proxy.stop();
    },
  };
}

function configOf(server: string, token: string): object {
  return {
    'current-context': 'bench',
    // client-node refuses plain HTTP otherwise.
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    users: [{ name: 'bench', user: { token } }],
  };
}

function ask<T>(child: ChildProcess, question: Question): Promise<T> {
  const answered = answer<T>(child);
  child.send(question);
  return answered;
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  const given = once(child, 'message', { signal }) as Promise<[T]>;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the process ended with ${code} before it answered`);
  });
  try {
    return (await Promise.race([given, ended]))[0];
  } finally {
    over.abort();
    await Promise.allSettled([given, ended]);
  }
}
