import { randomUUID } from 'node:crypto';
import { refOf } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { isAlreadyExists, isNotFound, KubeError } from '../../kube/client.ts';
import type { Action } from './action.ts';
import { sameJson } from './json.ts';
import { stamp } from './pods.ts';
import type { World } from './world.ts';

/** Carries out a controller's actions, in order. What has gone meanwhile needs nothing any more. */
export async function act(world: World, actions: readonly Action[], component: string): Promise<void> {
  for (const action of actions) await one(world, action, component);
}

async function one(world: World, action: Action, component: string): Promise<void> {
  try {
    await carryOut(world, action, component);
  } catch (error) {
    if (isNotFound(error) && action.do !== 'create') return;
    if (isAlreadyExists(error) && action.do === 'create' && action.orExists) return;
    // Nothing can be made in a namespace that is going away; its owner goes too.
    if (error instanceof KubeError && error.status === 403 && /being terminated/.test(error.message)) return;
    throw error;
  }
}

async function carryOut(world: World, action: Action, component: string): Promise<void> {
  switch (action.do) {
    case 'create':
      return wrote(world, await world.client.create(action.object));
    case 'patch': {
      const options = action.subresource === undefined ? {} : { subresource: action.subresource };
      return wrote(world, await world.client.patch(refOf(action.object), 'merge', action.patch, options));
    }
    case 'status': {
      const answer = await world.client.update(withStatus(world, action), 'status');
      wrote(world, answer);
      const annotations = { ...answer.metadata.annotations, ...action.annotations };
      // Some status endpoints take no metadata.
      if (sameJson(annotations, answer.metadata.annotations ?? {})) return;
      return wrote(world, await world.client.patch(refOf(answer), 'merge', { metadata: { annotations } }));
    }
    case 'delete':
      return await remove(world, action);
    case 'event':
      await world.client.create(eventOf(action, component));
  }
}

function withStatus(world: World, { object, status, annotations }: Extract<Action, { do: 'status' }>): KubeObject {
  const latest = world.known(object)?.get(object.metadata);
  const base = latest !== undefined && latest.metadata.uid === object.metadata.uid ? latest : object;
  if (annotations === undefined) return { ...base, status };
  return {
    ...base,
    metadata: { ...base.metadata, annotations: { ...base.metadata.annotations, ...annotations } },
    status,
  };
}

function wrote(world: World, object: KubeObject): void {
  world.known(object)?.wrote(object);
}

async function remove(world: World, action: Extract<Action, { do: 'delete' }>): Promise<void> {
  const { uid } = action.object.metadata;
  await world.client.delete(refOf(action.object), {
    ...(uid === undefined ? {} : { uid }),
    propagation: action.propagation ?? 'Background',
    ...(action.graceSeconds === undefined ? {} : { gracePeriodSeconds: action.graceSeconds }),
  });
  world.known(action.object)?.deleted(action.object);
}

function eventOf({ object, type, reason, message }: Extract<Action, { do: 'event' }>, component: string): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const time = stamp(new Date());
  const { namespace = 'default', name, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomUUID().replaceAll('-', '').slice(0, 16)}`, namespace },
    involvedObject: { apiVersion, kind, name, uid, resourceVersion, ...(metadata.namespace ? { namespace } : {}) },
    type,
    reason,
    message,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  };
}
