import type { Log } from '../core/log.ts';
import type { Condition, KubeObject } from '../core/resource.ts';
import type { WatchingClient } from '../kube/client.ts';
import { Reflector } from '../kube/reflector/reflector.ts';
import type { CommandContext } from './context.ts';
import { type Line, nameColumn, render } from './state-line.ts';

type Status = { state?: string; message?: string; conditions?: readonly Condition[] };
type Out = CommandContext['out'] & { columns?: number };

/** Prints one line for each change of state of a Service, a Terraform or a Repository. */
export function followStates(client: WatchingClient, out: Out): { stop(): Promise<void> } {
  const shown = new Map<string, string>();
  const pad = nameColumn(out);
  const reflectors = ['Repository', 'Service', 'Terraform'].map((kind) => {
    const reflector = new Reflector({ client, type: { apiVersion: 'alustan.io/v1alpha1', kind } });
    reflector.onChange((before, after) => {
      const { namespace, name } = (after ?? before)?.metadata ?? {};
      const object = `${kind.toLowerCase()} ${namespace}/${name}`;
      const line = after === undefined ? gone : lineOf(after);
      if (line === undefined || shown.get(object) === line.same) return;
      shown.set(object, line.same);
      out.write(`${render(out, pad(object), line, new Date())}\n`);
    });
    return reflector.start();
  });
  return {
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}

/** The log of a program whose states are followed: what it says of them would stand there twice. */
export function withoutStates(log: Log): Log {
  const quiet =
    (write: Log['warn']): Log['warn'] =>
    (fields, message) =>
      'state' in fields ? log.debug(fields, message) : write(fields, message);
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: quiet((fields, message) => log.info(fields, message)),
    warn: quiet((fields, message) => log.warn(fields, message)),
    error: (fields, message) => log.error(fields, message),
  };
}

const gone: Line = { state: 'Deleted', message: '', same: 'Deleted', works: false };

/** While work goes on its numbers change often: there only another reason makes another line. */
export function lineOf(object: KubeObject): Line | undefined {
  const { state, message = '', conditions = [] } = (object['status'] ?? {}) as Status;
  if (state === undefined) return undefined;
  const { reason = '', status } = conditions.find(({ type }) => type === 'Ready') ?? {};
  const same = state === 'Progressing' ? `${state} ${reason}` : `${state} ${message}`;
  return { state, message, same, works: status === 'Unknown' };
}
