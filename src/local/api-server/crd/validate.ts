import { type Cause, invalidValue, required } from '../errors.ts';
import { type ApiObject, dig, isMap, listOf, mapOf, mapsOf, textOf } from '../object.ts';

/** Field errors of a CRD: what the real server refuses and authors get wrong. */
export function validateDefinition(crd: ApiObject, old: ApiObject | undefined): Cause[] {
  const names = mapOf(dig(crd, 'spec', 'names'));
  const causes = [...nameErrors(crd, textOf(names['plural'])), ...versionErrors(crd)];
  for (const field of ['plural', 'kind']) {
    if (textOf(names[field]) === '') causes.push(required(`spec.names.${field}`));
  }
  const scope = dig(crd, 'spec', 'scope');
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(scope ?? '')}: supported values: "Cluster", "Namespaced"`,
      field: 'spec.scope',
    });
  }
  return old === undefined ? causes : [...causes, ...immutableErrors(crd, old)];
}

function nameErrors(crd: ApiObject, plural: string): Cause[] {
  const group = textOf(dig(crd, 'spec', 'group'));
  if (group === '') return [required('spec.group')];
  const expected = `${plural}.${group}`;
  const { name } = crd.metadata;
  return name === expected ? [] : [invalidValue('metadata.name', name, `must be spec.names.plural+"."+spec.group`)];
}

function versionErrors(crd: ApiObject): Cause[] {
  const versions = mapsOf(dig(crd, 'spec', 'versions'));
  const stored = versions.filter((one) => one['storage'] === true);
  const causes = versions.flatMap((version, index) =>
    schemaErrors(version['schema'], `spec.versions[${index}].schema`),
  );
  if (stored.length !== 1) {
    const shown = listOf(dig(crd, 'spec', 'versions')).length === 0 ? null : versions.map((one) => one['name']);
    causes.push(invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version'));
  }
  return causes;
}

function schemaErrors(schema: unknown, field: string): Cause[] {
  const root = dig(schema, 'openAPIV3Schema');
  if (!isMap(root)) return [required(`${field}.openAPIV3Schema`, 'schemas are required')];
  if (textOf(root['type']) !== '') return [];
  return [required(`${field}.openAPIV3Schema.type`, 'must not be empty at the root')];
}

const immutable = [['group'], ['names', 'plural'], ['names', 'kind'], ['scope']];

function immutableErrors(crd: ApiObject, old: ApiObject): Cause[] {
  return immutable
    .filter((path) => dig(crd, 'spec', ...path) !== dig(old, 'spec', ...path))
    .map((path) => invalidValue(`spec.${path.join('.')}`, dig(crd, 'spec', ...path), 'field is immutable'));
}
