import type { Call } from '../api.ts';
import { badRequest } from '../errors.ts';
import { readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { dig, isMap, mapsOf, put, textOf, timestamp } from '../object.ts';
import { deleteObject, deleteOptions } from './delete.ts';
import { writeOptions } from './options.ts';
import { updateObject } from './update.ts';

function success(call: Call): void {
  sendJson(
    call.request,
    201,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
  );
}

/** POST pods/eviction: a deletion. Disruption budgets are not asked. */
export async function evict(call: Call): Promise<void> {
  const body = await readObject(call.request);
  const options = dig(body, 'deleteOptions');
  deleteObject(call, call.info.name, deleteOptions(isMap(options) ? options : undefined, call.request.query));
  success(call);
}

/** POST pods/binding: a scheduler's word on which node the Pod runs. @throws 400, 404, 409 */
export async function bind(call: Call): Promise<void> {
  const node = textOf(dig(await readObject(call.request), 'target', 'name'));
  if (node === '') throw badRequest('target.name is required');
  const now = timestamp(call.api.now());
  updateObject(
    { ...call, info: { ...call.info, subresource: 'binding' } },
    (pod) => {
      if (dig(pod, 'spec', 'nodeName')) throw badRequest(`pod ${pod.metadata.name} is already assigned to node`);
      put(pod, ['spec', 'nodeName'], node);
      const others = mapsOf(dig(pod, 'status', 'conditions')).filter((one) => one['type'] !== 'PodScheduled');
      const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
      put(pod, ['status', 'conditions'], [...others, scheduled]);
      return pod;
    },
    writeOptions(call.request),
  );
  success(call);
}
