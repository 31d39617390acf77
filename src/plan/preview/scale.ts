import type { Action } from '../../core/plan.ts';
import type { Preview, Stage } from './draft.ts';
import type { Workload } from './facts.ts';

/** Annotation of a workload: how many replicas it had when it was put to sleep. */
export const awakeReplicas = 'alustan.io/awake-replicas';
const restarted = 'alustan.io/restarted';

/** Namespaces whose workloads the plan has to know. */
export function namespacesToScale(previews: readonly Preview[]): string[] {
  return previews.flatMap(({ namespace, verdict, services, restarting }) => {
    const isAsleep = services.some((service) => (service['spec'] as { suspend?: boolean }).suspend === true);
    const concerns = verdict.want === 'sleep' || isAsleep || restarting === true;
    return namespace !== undefined && concerns ? [namespace.name] : [];
  });
}

/** Scales to zero what runs, and writes down how many there were. */
export function putToSleep(stage: Stage, preview: Preview): Action[] {
  const running = workloadsOf(stage, preview).filter(({ replicas }) => replicas > 0);
  return running.map((workload) =>
    patch(stage, workload, { [awakeReplicas]: String(workload.replicas) }, { replicas: 0 }),
  );
}

/** What is told of one that cannot be put to sleep; empty where it can. */
export function sleepless({ facts }: Stage, { namespace }: Preview): string {
  if (namespace === undefined || !facts.unlisted.includes(namespace.name)) return '';
  const account = `ServiceAccount ${namespace.name}/${facts.settings.serviceAccount}`;
  return `; its pods run on: ${account} may not list Deployments and StatefulSets (apps) there; let it get, list and patch them`;
}

/** As many as there were; without the annotation nothing was put to sleep. */
export function wake(stage: Stage, preview: Preview): Action[] {
  return workloadsOf(stage, preview).flatMap((workload) =>
    workload.awakeReplicas === undefined || workload.replicas > 0
      ? []
      : [patch(stage, workload, {}, { replicas: workload.awakeReplicas })],
  );
}

/** Starts new pods, one after the other, as `kubectl rollout restart` does. */
export function restart(stage: Stage, preview: Preview): Action[] {
  if (preview.restarting !== true) return [];
  const annotations = { [restarted]: stage.now.toISOString() };
  return workloadsOf(stage, preview).map((workload) =>
    // With the replicas: what an apply leaves out, it takes away.
    patch(stage, workload, {}, { replicas: workload.replicas, template: { metadata: { annotations } } }),
  );
}

function workloadsOf({ facts }: Stage, { namespace, services }: Preview): Workload[] {
  const releases = services.map(
    (service) => (service['spec'] as { source?: { releaseName: string } }).source?.releaseName,
  );
  return facts.workloads.filter(
    (workload) => workload.namespace === namespace?.name && releases.includes(workload.release),
  );
}

function patch({ facts }: Stage, workload: Workload, annotations: Record<string, string>, spec: object): Action {
  const { apiVersion, kind, name, namespace } = workload;
  const { serviceAccount } = facts.settings;
  const object = { apiVersion, kind, metadata: { name, namespace, annotations }, spec };
  return { type: 'apply-object', object, actAs: { namespace, serviceAccount }, force: true };
}
