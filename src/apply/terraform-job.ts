import type { JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { terraformEnvironment as environment, keptVariables, type TerraformRun } from '../core/terraform-run.ts';
import { inputSecret, jobOf, objectLabels, owned, secretName } from './job-shape.ts';
import { jobUidLabel } from './one-runner.ts';

/** The Secret of a run: its keys are environment variables. */
export function terraformSecret(job: JobRequest, { variables, told, args }: TerraformRun): KubeObject {
  const data = Object.entries({ ...variables, ...told, [environment.args]: args });
  return inputSecret(
    job,
    0,
    data.map(([name, value]) => [name, Buffer.from(value)]),
  );
}

/** The Secret that keeps the variables of a deploy as long as its object is there (E27); undefined for other runs. */
export function keptSecret(job: JobRequest, { variables, variablesHash, keep }: TerraformRun): KubeObject | undefined {
  if (keep === undefined) return undefined;
  const { annotation, sensitive, type } = keptVariables;
  const data = { ...variables, [sensitive]: JSON.stringify(keep.sensitive) };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: keep.secret,
      namespace: job.namespace,
      labels: objectLabels(job),
      annotations: { [annotation]: variablesHash ?? '' },
      ...owned(job),
    },
    type,
    immutable: true,
    data: Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
  };
}

/** The Job that runs the user's image by the image's own CMD (E26). */
export function terraformJob(job: JobRequest, run: TerraformRun): KubeObject {
  const spec = {
    enableServiceLinks: false,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    ...run.pod,
    terminationGracePeriodSeconds: run.graceSeconds,
    containers: [container(job, run)],
  };
  return jobOf(job, 1, { spec, labels: run.labels, annotations: run.annotations });
}

function container(job: JobRequest, run: TerraformRun): Record<string, unknown> {
  const secret = secretName(job.name, 0);
  const fromSecret = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key: name } } });
  const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const own = [
    ...[...Object.keys({ ...run.variables, ...run.told }), environment.args].map(fromSecret),
    { name: environment.script, value: run.script },
    fromField(environment.namespace, 'metadata.namespace'),
    { name: environment.name, value: job.owner.name },
    fromField(environment.job, `metadata.labels['${jobUidLabel}']`),
    { name: environment.owner, value: `$(${environment.namespace})/$(${environment.name})/$(${environment.job})` },
  ];
  const taken = new Set(own.map(({ name }) => name));
  return {
    name: 'terraform',
    image: run.image,
    securityContext: { allowPrivilegeEscalation: false },
    ...run.container,
    env: [...run.env.filter(({ name }) => !taken.has(String(name))), ...own],
    envFrom: [...run.envFrom],
  };
}
