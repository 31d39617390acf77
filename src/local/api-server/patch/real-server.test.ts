import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type GroupVersionKind, type JsonObject, loadCatalog, objectSchema, type Schema } from '../schema/index.ts';
import type { ManagedFieldsEntry } from './apply/managed-fields.ts';
import { applyPatch, conflictCauses, conflictMessage, strategicMergePatch, trackUpdate } from './index.ts';

/**
 * Sessions with a real kube-apiserver 1.34, recorded: every step is a request and what the server made of it (times,
 * uids and versions left out). `result` of a step is the live object of the next.
 */
type Step = {
  manager: string;
  apply?: JsonObject;
  force?: boolean;
  strategic?: JsonObject;
  subresource?: string;
  sentManagedFields?: unknown[];
  result?: JsonObject;
  refused?: { code: number; message: string; causes?: unknown[] };
};
type Session = { name: string; kind: GroupVersionKind; steps: Step[] };

const sessions = JSON.parse(
  readFileSync(new URL('./testdata/real-server.generated.json', import.meta.url), 'utf8'),
) as Session[];

const custom = JSON.parse(
  readFileSync(new URL('../schema/testdata/custom-resource.generated.json', import.meta.url), 'utf8'),
) as { openAPIV3Schema: JsonObject };
const customSchema = objectSchema(custom.openAPIV3Schema);

function schemaOf(kind: GroupVersionKind): Schema | undefined {
  return kind.kind === 'Probe' ? customSchema : loadCatalog().schema(kind);
}

const now = new Date('2026-01-02T03:04:05Z');

const cases = sessions.flatMap(({ name, kind, steps }) =>
  steps.map((step, i) => {
    const live = steps.slice(0, i).findLast(({ result }) => result !== undefined)?.result;
    const verb = step.apply ? `apply${step.force ? ' --force' : ''}` : step.strategic ? 'strategic patch' : 'write';
    return { title: `${name}, step ${i}: ${verb} as ${step.manager}`, kind, step, live };
  }),
);

function apply(kind: GroupVersionKind, step: Step, live: JsonObject | undefined) {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const { manager, force = false, apply: applied = {} } = step;
  return applyPatch({ live, applied, manager, force, schema: schemaOf(kind), apiVersion, now });
}

const managersOf = (object: JsonObject | undefined) =>
  (object?.['metadata'] as { managedFields?: ManagedFieldsEntry[] } | undefined)?.managedFields;

const timeless = (entries: ManagedFieldsEntry[] | undefined) =>
  entries
    ?.map(({ time: _time, ...entry }) => entry)
    .sort((a, b) => (JSON.stringify([a.manager, a.operation]) < JSON.stringify([b.manager, b.operation]) ? -1 : 1));

describe('as a real kube-apiserver', () => {
  it.each(cases.filter(({ step }) => step.apply && step.result))('$title: same owners', ({ kind, step, live }) => {
    const { object, conflicts } = apply(kind, step, live);
    expect(conflicts).toEqual([]);
    expect(timeless(managersOf(object))).toEqual(timeless(managersOf(step.result)));
  });

  it.each(cases.filter(({ step, kind }) => step.apply && step.result && /ConfigMap|Secret/.test(kind.kind)))(
    '$title: same object',
    ({ kind, step, live }) => {
      const { metadata: _mine, ...object } = apply(kind, step, live).object;
      const { metadata: _theirs, ...expected } = step.result as JsonObject;
      expect({ ...object, type: expected['type'] }).toEqual({ ...expected, type: expected['type'] });
    },
  );

  it.each(cases.filter(({ step }) => step.refused?.code === 409))('$title: same conflicts', ({ kind, step, live }) => {
    const { conflicts, object } = apply(kind, step, live);
    expect(conflictMessage(conflicts)).toBe(step.refused?.message);
    expect(conflictCauses(conflicts)).toEqual(step.refused?.causes);
    expect(object).toEqual(live);
  });

  it.each(cases.filter(({ step }) => step.refused?.code === 500))('$title: same refusal', ({ kind, step, live }) => {
    expect(() => apply(kind, step, live)).toThrow(step.refused?.message);
  });

  it.each(cases.filter(({ step }) => !step.apply))('$title: same owners', ({ kind, step, live }) => {
    const { manager, subresource, sentManagedFields } = step;
    const after = structuredClone(step.result) as JsonObject & { metadata: JsonObject };
    after.metadata['managedFields'] = sentManagedFields ?? managersOf(live);
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const schema = schemaOf(kind);
    const entries = trackUpdate({ before: live, after, manager, schema, apiVersion, now, subresource });
    expect(timeless(entries)).toEqual(timeless(managersOf(step.result)));
  });

  it.each(cases.filter(({ step }) => step.strategic))('$title: same spec', ({ kind, step, live }) => {
    const patched = strategicMergePatch(live ?? {}, step.strategic, schemaOf(kind));
    // The real server fills defaults in afterwards: what is patched is a part of its result.
    expect(step.result?.['spec']).toMatchObject(patched['spec'] as object);
  });
});
