import type { Call, Verb } from '../api.ts';
import { badRequest, invalid, invalidValue } from '../errors.ts';
import { readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { type ApiObject, dig, type Json, numberOf, put, textOf } from '../object.ts';
import { jsonPatch, mergePatch } from '../patch/index.ts';
import { formatSelector } from '../selectors/labels.ts';
import { loadObject } from './objects.ts';
import { type Patch, writeOptions } from './options.ts';
import { patchErrors, readPatch } from './patch.ts';
import { updateObject } from './update.ts';

type Paths = { spec: string[]; status: string[]; selector: string[] | undefined };

/** Where a kind keeps its replicas; custom resources say so in their CRD. */
function pathsOf(call: Call): Paths {
  const scale = call.type.custom?.scale;
  if (scale === undefined) {
    return { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: undefined };
  }
  const path = (text: string): string[] => text.split('.').filter((part) => part !== '');
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return {
    spec: path(specReplicasPath),
    status: path(statusReplicasPath),
    selector: labelSelectorPath === undefined ? [] : path(labelSelectorPath),
  };
}

/** The autoscaling/v1 Scale of an object. */
function scaleOf(call: Call, object: ApiObject): Json {
  const paths = pathsOf(call);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberOf(dig(object, ...paths.spec));
  const selector = paths.selector === undefined ? builtinSelector(object) : textOf(dig(object, ...paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // Zero is left out, as Go does it.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberOf(dig(object, ...paths.status)), ...(selector === '' ? {} : { selector }) },
  };
}

function builtinSelector(object: ApiObject): string {
  const selector = dig(object, 'spec', 'selector');
  return formatSelector(object.kind === 'ReplicationController' ? { matchLabels: selector } : selector);
}

function send(call: Call, object: ApiObject): void {
  sendJson(call.request, 200, JSON.stringify(scaleOf(call, object)));
}

/** Writes the replicas of `change(scale)` into the object; a resourceVersion in it must be the object's. */
function rescale(call: Call, change: (scale: Json) => Json): void {
  const object = updateObject(
    call,
    (old) => {
      const scale = change(scaleOf(call, old));
      const replicas = dig(scale, 'spec', 'replicas') ?? 0;
      if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
        const why = 'must be greater than or equal to 0';
        throw invalid({ group: 'autoscaling', name: 'Scale' }, old.metadata.name, [
          invalidValue('spec.replicas', replicas, why),
        ]);
      }
      put(old, pathsOf(call).spec, replicas);
      old.metadata.resourceVersion = textOf(dig(scale, 'metadata', 'resourceVersion'));
      return old;
    },
    writeOptions(call.request),
  );
  send(call, object);
}

async function update(call: Call): Promise<void> {
  const body = await readObject(call.request);
  if (body === undefined) throw badRequest('the body of the request is empty');
  rescale(call, () => body);
}

async function patch(call: Call): Promise<void> {
  const given = await readPatch(call.request);
  rescale(call, (scale) => patchErrors(() => patchScale(scale, given)));
}

/** A Scale holds no lists: the three kinds of merge come to the same. */
function patchScale(scale: Json, { kind, body }: Patch): Json {
  return kind === 'json' ? jsonPatch(scale, body) : mergePatch(scale, body);
}

export const scale: Record<string, Verb> = { get: (call) => send(call, loadObject(call)), update, patch };
