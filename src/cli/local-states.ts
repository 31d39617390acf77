import type { Condition, KubeObject } from '../core/resource.ts';
import type { WatchingClient } from '../kube/client.ts';
import { Reflector } from '../kube/reflector/reflector.ts';
import type { CommandContext } from './context.ts';
import { paint } from './progress.ts';

type Status = { state?: string; message?: string; conditions?: readonly Condition[] };
type Out = CommandContext['out'] & { columns?: number };
type Line = Readonly<{ state: string; message: string; same: string }>;

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

const gone: Line = { state: 'Deleted', message: '', same: 'Deleted' };

/** While work goes on its numbers change often: there only another reason makes another line. */
export function lineOf(object: KubeObject): Line | undefined {
  const { state, message = '', conditions = [] } = (object['status'] ?? {}) as Status;
  if (state === undefined) return undefined;
  const reason = conditions.find(({ type }) => type === 'Ready')?.reason ?? '';
  return { state, message, same: state === 'Progressing' ? `${state} ${reason}` : `${state} ${message}` };
}

const colours: Readonly<Record<string, Parameters<typeof paint>[1]>> = {
  Completed: 'green',
  Success: 'green',
  Progressing: 'yellow',
  Error: ['bold', 'red'],
  Failed: ['bold', 'red'],
  Blocked: 'magenta',
};

/**
 * The column of names grows with the longest so far, up to two fifths of a terminal: one long name does not push aside
 * what all others say.
 */
export function nameColumn(out: Out): (name: string) => string {
  const most = Math.max(30, Math.floor((out.columns ?? 120) * 0.4));
  let width = 30;
  return (name) => {
    width = Math.max(width, Math.min(name.length, most));
    return name.padEnd(width);
  };
}

const underWay = new Set(['Progressing', 'Success']);

/** Words on work under way are cut to the terminal's width; what a person has to act on is shown in full. */
export function render(out: Out, name: string, { state, message }: Line, at: Date): string {
  const [time, mark] = [at.toLocaleTimeString('en-GB'), state.padEnd(11)];
  const room = (out.columns ?? Number.POSITIVE_INFINITY) - time.length - name.length - mark.length - 7;
  const isCut = underWay.has(state) && out.isTTY === true && message.length > room && room >= 10;
  const words = isCut ? `${message.slice(0, room - 1)}…` : message;
  return `${paint(out, 'dim', time)}  ${name}  ${paint(out, colours[state] ?? 'dim', mark)}  ${words}`.trimEnd();
}
