import type { z } from 'zod';
import { abandonAnnotation } from '../core/annotations.ts';
import type { KubeObject, ObjectMeta, Resource } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { parseSpec } from './parse.ts';
import { dependencyNames } from './service.ts';
import { terraformSpec } from './terraform.ts';
import type { TerraformStatus } from './terraform-status.ts';

type Raw = z.output<typeof terraformSpec>;

/** A Terraform's spec as plans read it: one spelling for each thing that may be spelled in several ways. */
export type TerraformSpec = Omit<Raw, 'environment' | 'workspace' | 'variables' | 'scripts' | 'dependencies'> &
  Readonly<{
    /** Absent: the variables have no placeholders, or it is an error. */
    workspace?: string;
    variables: Readonly<Record<string, string>>;
    scripts: NonNullable<Raw['scripts']>;
    dependencies: Readonly<{ service: readonly string[]; terraform: readonly string[] }>;
  }>;

/** A Terraform as it is read: what the API server gives to every object is there. */
export type TerraformObject = Resource<TerraformSpec, TerraformStatus> &
  Readonly<{
    metadata: ObjectMeta & { namespace: string; uid: string; creationTimestamp: string };
    status: TerraformStatus;
  }>;

/**
 * Reads a Terraform. One that is being deleted is read even when its spec is not valid (any more), with what deletion
 * needs as far as it is there: nobody could mend it otherwise.
 */
export function parseTerraform(object: KubeObject): Result<TerraformObject> {
  const { namespace = 'default', uid = '', creationTimestamp = '', deletionTimestamp } = object.metadata;
  const parsed = parseSpec(terraformSpec, object);
  const isDeleted = deletionTimestamp !== undefined;
  if (!parsed.ok && (!isDeleted || !isDestroyable(object))) return parsed;
  const raw = parsed.ok ? parsed.value : remains(object);
  if (!isDeleted && raw.workspace !== undefined && (raw.environment ?? raw.workspace) !== raw.workspace) {
    const message = 'spec.workspace and spec.environment are two names of one field, and differ: remove one of them';
    return fail('invalid', 'InvalidSpec', message);
  }
  const { apiVersion, kind } = object;
  const metadata = { ...object.metadata, namespace, uid, creationTimestamp };
  return ok({ apiVersion, kind, metadata, spec: normalise(raw), status: (object['status'] ?? {}) as TerraformStatus });
}

function normalise(raw: Raw): TerraformSpec {
  const { workspace, environment, variables, scripts, dependencies, ...rest } = raw;
  const named = workspace ?? environment;
  return {
    ...rest,
    ...(named === undefined ? {} : { workspace: named }),
    variables: variables ?? {},
    scripts: scripts ?? {},
    dependencies: {
      service: dependencyNames(dependencies?.service),
      terraform: dependencyNames(dependencies?.terraform),
    },
  };
}

/**
 * Whether it can be read what is to be run, and with which variables. Where it cannot, nothing may be guessed: no script
 * would be none to run, no variables would be those of another environment.
 */
function isDestroyable({ metadata, spec }: KubeObject): boolean {
  if (metadata.annotations?.[abandonAnnotation] === 'true') return true;
  const { scripts, variables } = (spec ?? {}) as Record<string, unknown>;
  const { shape } = terraformSpec;
  return shape.scripts.safeParse(scripts).success && shape.variables.safeParse(variables).success;
}

/** Of a spec that does not fit its schema: each field that fits by itself. */
function remains(object: KubeObject): Raw {
  const spec = (object['spec'] ?? {}) as Record<string, unknown>;
  const kept = Object.entries(terraformSpec.shape).flatMap(([name, field]) => {
    const part = field.safeParse(spec[name]);
    return part.success && part.data !== undefined ? [[name, part.data]] : [];
  });
  const registry = { provider: 'docker', imageName: '', semanticVersion: '*' };
  const quiet = { approval: 'auto', drift: 'warn', suspend: false, containerRegistry: registry } as const;
  return { ...quiet, ...Object.fromEntries(kept) };
}
