import type { KubeObject } from '../core/resource.ts';
import type { WatchingClient } from '../kube/client.ts';
import { Reflector } from '../kube/reflector/reflector.ts';

type Status = { state?: string; message?: string };

/** Prints one line for each change of state of a Service or Repository. */
export function followStates(client: WatchingClient, print: (line: string) => void): { stop(): Promise<void> } {
  const shown = new Map<string, string>();
  const reflectors = ['Repository', 'Service'].map((kind) => {
    const reflector = new Reflector({ client, type: { apiVersion: 'alustan.io/v1alpha1', kind } });
    reflector.onChange((before, after) => {
      const line = lineOf(after ?? before, after === undefined);
      const name = `${kind}/${(after ?? before)?.metadata.namespace}/${(after ?? before)?.metadata.name}`;
      if (line === undefined || shown.get(name) === line.key) return;
      shown.set(name, line.key);
      print(`${new Date().toLocaleTimeString('en-GB')}  ${name.padEnd(32)} ${line.text}`);
    });
    return reflector.start();
  });
  return {
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}

function lineOf(object: KubeObject | undefined, gone: boolean): { key: string; text: string } | undefined {
  if (gone) return { key: 'gone', text: 'deleted' };
  const { state, message = '' } = (object?.['status'] ?? {}) as Status;
  if (state === undefined) return undefined;
  return { key: `${state} ${message}`, text: `${state.padEnd(12)} ${message}` };
}
