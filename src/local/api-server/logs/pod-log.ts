import type { Call } from '../api.ts';
import { badRequest } from '../errors.ts';
import { flag, integer } from '../http/request.ts';
import { type ApiObject, dig, mapsOf, textOf } from '../object.ts';
import { loadObject } from '../verbs/objects.ts';
import { followLog } from './follow.ts';
import { type LogOptions, logPath, readLog } from './read.ts';

/** GET pods/log: what a container wrote, from the file that the node keeps of it. */
export async function podLog(call: Call): Promise<void> {
  const pod = loadObject(call);
  const { query, response } = call.request;
  const container = containerOf(pod, query.get('container'));
  refuseUnstarted(pod, container);
  const options = logOptions(query);
  const path = logPath(
    call.api.podLogDir,
    pod.metadata.namespace ?? '',
    pod.metadata.name,
    container,
    options.previous,
  );
  const first = readLog(path, options);
  if (first === undefined && options.previous) {
    throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  }
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  response.write(first?.text ?? '');
  if (flag(query, 'follow')) {
    const alive = (): boolean => isRunning(call, container);
    await followLog({
      path,
      from: first?.end ?? 0,
      options,
      alive,
      signal: call.request.signal,
      write: (text) => response.write(text),
    });
  }
  response.end();
}

function logOptions(query: URLSearchParams): LogOptions {
  const sinceTime = query.get('sinceTime');
  return {
    tailLines: integer(query, 'tailLines'),
    limitBytes: integer(query, 'limitBytes'),
    sinceSeconds: integer(query, 'sinceSeconds'),
    sinceTime: sinceTime === null ? undefined : Date.parse(sinceTime),
    timestamps: flag(query, 'timestamps'),
    previous: flag(query, 'previous'),
  };
}

function names(pod: ApiObject, field: string): string[] {
  return mapsOf(dig(pod, 'spec', field)).map((one) => textOf(one['name']));
}

/** @throws 400 as the real server words the choice between several containers */
function containerOf(pod: ApiObject, asked: string | null): string {
  const containers = names(pod, 'containers');
  const inits = names(pod, 'initContainers');
  const { name } = pod.metadata;
  if (asked !== null && asked !== '') {
    if ([...containers, ...inits].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [first = ''] = containers;
  if (containers.length === 1) return first;
  const extra = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${extra}`,
  );
}

function statusOf(pod: ApiObject, container: string): unknown {
  const all = [
    ...mapsOf(dig(pod, 'status', 'containerStatuses')),
    ...mapsOf(dig(pod, 'status', 'initContainerStatuses')),
  ];
  return all.find((one) => one['name'] === container);
}

/** A container that has not started has no log. @throws 400 */
function refuseUnstarted(pod: ApiObject, container: string): void {
  const { name } = pod.metadata;
  const waiting = textOf(dig(statusOf(pod, container), 'state', 'waiting', 'reason'));
  const before = dig(statusOf(pod, container), 'lastState', 'terminated');
  if (waiting === '' || before !== undefined) return;
  const why =
    waiting === 'ImagePullBackOff' || waiting === 'ErrImagePull'
      ? `container "${container}" in pod "${name}" is waiting to start: trying and failing to pull image`
      : `container "${container}" in pod "${name}" is waiting to start: ${waiting}`;
  throw badRequest(why);
}

/** Whether more may come: the Pod is there and its container has not ended. */
function isRunning(call: Call, container: string): boolean {
  try {
    const pod = loadObject(call);
    const phase = dig(pod, 'status', 'phase');
    return (
      phase !== 'Succeeded' && phase !== 'Failed' && dig(statusOf(pod, container), 'state', 'terminated') === undefined
    );
  } catch {
    return false;
  }
}
