import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FieldError } from '../types.ts';
import { checkStructural } from './check.ts';

/** Schemas of CRDs, and what a real kube-apiserver 1.34 answered when they were created. */
type Case = { name: string; openAPIV3Schema: unknown; causes?: FieldError[] };
const cases = JSON.parse(
  readFileSync(new URL('../testdata/structural.generated.json', import.meta.url), 'utf8'),
) as Case[];

/** The same field is refused, in other words: Go's and the CEL package's parsers speak differently. */
const OTHER_WORDS = ['pattern', 'celbad', 'ref'];
/** Types in CEL rules are not checked: these pass here and fail when the rule runs. */
const NOT_CHECKED = ['celtype', 'celnotbool', 'celunknown'];

const lines = (errors: FieldError[] = []) =>
  errors.map(({ field, reason, message }) => `${field} ${reason} ${message}`);

describe('checkStructural, as a real kube-apiserver', () => {
  const exact = cases.filter(({ name }) => !OTHER_WORDS.includes(name) && !NOT_CHECKED.includes(name));

  it.each(exact.filter(({ causes }) => !causes))('$name: is accepted', ({ openAPIV3Schema }) => {
    expect(checkStructural(openAPIV3Schema)).toEqual([]);
  });

  it.each(exact.filter(({ causes }) => causes))('$name: $causes.0.message', ({ openAPIV3Schema, causes }) => {
    expect(lines(checkStructural(openAPIV3Schema)).sort()).toEqual(lines(causes).sort());
  });

  it.each(cases.filter(({ name }) => OTHER_WORDS.includes(name)))(
    '$name: same field',
    ({ openAPIV3Schema, causes }) => {
      expect(checkStructural(openAPIV3Schema).map(({ field }) => field)).toContain(causes?.[0]?.field);
    },
  );
});
