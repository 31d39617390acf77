import type { z } from 'zod';
import { refOf, tellRef } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** Problems named in one message; a longer list helps nobody. */
const shown = 3;

/** Reads `spec` by its schema; a failure names each field by its path and says what is expected there. */
export function parseSpec<Schema extends z.ZodType>(schema: Schema, object: KubeObject): Result<z.output<Schema>> {
  const parsed = schema.safeParse(object['spec'] ?? {});
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${path(issue.path)}: ${issue.message}`);
  const more = problems.length > shown ? ` (and ${problems.length - shown} more)` : '';
  const message = `${problems.slice(0, shown).join('; ')}${more}; correct it in ${tellRef(refOf(object))}`;
  return fail('invalid', 'InvalidSpec', message);
}

function path(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    'spec',
  );
}
