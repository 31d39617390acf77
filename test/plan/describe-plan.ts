import type { Action, JobRequest, ObjectRef, Plan } from '../../src/core/plan.ts';
import type { TerraformRun } from '../../src/core/terraform-run.ts';

/** A plan's actions as a case writes them, one line each, in order. */
export function describeActions(plan: Pick<Plan<unknown>, 'groups'>, hash?: string): string[] {
  return plan.groups.flatMap((group) => group.actions).map((action) => describeAction(action, hash));
}

function describeAction(action: Action, hash?: string): string {
  if (action.type === 'run-job') {
    const { job } = action;
    const inputs = job.inputsHash === hash ? ' of $hash' : '';
    if (job.run.type === 'terraform') return describeRun(job, job.run, inputs);
    return `${job.run.type} ${job.run.release}, attempt ${job.attempt}${inputs}, as ${job.serviceAccount}`;
  }
  if (action.type === 'apply-object') {
    const { apiVersion, kind, metadata } = action.object;
    return `apply ${ref({ apiVersion, kind, ...metadata })}${as(action.actAs)}`;
  }
  if (action.type === 'create-object' || action.type === 'replace-object') {
    const { apiVersion, kind, metadata } = action.object;
    return `${action.type === 'create-object' ? 'create' : 'write'} ${ref({ apiVersion, kind, ...metadata })}`;
  }
  if (action.type === 'delete-object') {
    return `delete ${ref(action.object)}${as(action.actAs)}${action.bestEffort === true ? ', if allowed' : ''}`;
  }
  if (action.type === 'comment-upsert') return `comment on #${action.number}: ${action.section}`;
  if (action.type === 'commit-status') return `status ${action.context} ${action.state} of ${action.sha.slice(0, 7)}`;
  if (action.type === 'deployment') return `deployment ${action.environment} ${action.state}`;
  if (action.type === 'patch-object') return `patch ${ref(action.object)}`;
  return `${action.type} ${action.finalizer}`;
}

/** `deploy by app/infra:1.0.2 ./deploy -x, attempt 1 of $hash, as alustan-runner`. */
function describeRun(job: JobRequest, { purpose, image, script, args }: TerraformRun, inputs: string): string {
  const command = args === '' ? script : `${script} ${args}`;
  return `${purpose} by ${image} ${command}, attempt ${job.attempt}${inputs}, as ${job.serviceAccount}`;
}

function ref({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function as(who: { serviceAccount: string } | undefined): string {
  return who === undefined ? '' : ` as ${who.serviceAccount}`;
}
