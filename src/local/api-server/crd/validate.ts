import { type Cause, invalidValue, required } from '../errors.ts';
import { type ApiObject, dig, type Json, mapOf, mapsOf, textOf } from '../object.ts';
import { checkStructural } from '../schema/index.ts';

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
  const causes: Cause[] = versions.flatMap((version, index) =>
    checkStructural(dig(version, 'schema', 'openAPIV3Schema'), schemaPath(versions, index)),
  );
  if (stored.length !== 1) {
    const shown = versions.length === 0 ? null : versions.map((one) => one['name']);
    causes.push(invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version'));
  }
  return causes;
}

/** Go keeps the schema of a single version at the top of the spec, and names it there. */
function schemaPath(versions: readonly Json[], index: number): string {
  return versions.length === 1 ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`;
}

const immutable = [['group'], ['names', 'plural'], ['names', 'kind'], ['scope']];

function immutableErrors(crd: ApiObject, old: ApiObject): Cause[] {
  return immutable
    .filter((path) => dig(crd, 'spec', ...path) !== dig(old, 'spec', ...path))
    .map((path) => invalidValue(`spec.${path.join('.')}`, dig(crd, 'spec', ...path), 'field is immutable'));
}
