import { controllerOf } from '../../core/resource.ts';
import { kinds } from '../cluster/kinds.ts';
import { nameOf } from '../cluster/shelf.ts';
import type { Deployment, Job, Pod, ReplicaSet } from '../cluster/types.ts';
import type { Wiring } from './controller.ts';
import { type CronJob, planCronJob } from './cron-job.ts';
import { type DaemonSet, planDaemonSet } from './daemon-set.ts';
import { planDeployment } from './deployment/plan.ts';
import { planJob, releaseOrphans } from './job/plan.ts';
import { planReplicaSet } from './replica-set.ts';
import type { ControllerRevision } from './revisions.ts';
import { planStatefulSet } from './stateful-set/plan.ts';
import type { StatefulSet } from './stateful-set/pods.ts';

export const deployments: Wiring<Deployment> = {
  name: 'deployment-controller',
  kind: kinds.deployment,
  makes: [kinds.replicaSet],
  // A Recreate rollout goes on when the last old pod has gone.
  wakes: [
    {
      kind: kinds.pod,
      keys: (pod, world) =>
        ownersOwner(pod as Pod, world.shelf<ReplicaSet>(kinds.replicaSet).in(pod.metadata.namespace ?? '')),
    },
  ],
  plan: (deployment, world, now) => {
    const namespace = deployment.metadata.namespace ?? '';
    const sets = world.shelf<ReplicaSet>(kinds.replicaSet).in(namespace);
    return planDeployment(deployment, sets, world.shelf<Pod>(kinds.pod).in(namespace), now);
  },
};

function ownersOwner(pod: Pod, sets: readonly ReplicaSet[]): string[] {
  const uids = new Set((pod.metadata.ownerReferences ?? []).map(({ uid }) => uid));
  return sets
    .filter((set) => uids.has(set.metadata.uid ?? ''))
    .flatMap((set) => set.metadata.ownerReferences ?? [])
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ name }) => `${pod.metadata.namespace}/${name}`);
}

export const replicaSets: Wiring<ReplicaSet> = {
  name: 'replicaset-controller',
  kind: kinds.replicaSet,
  makes: [kinds.pod],
  plan: (set, world, now) => planReplicaSet(set, world.shelf<Pod>(kinds.pod).in(set.metadata.namespace ?? ''), now),
};

export const jobs: Wiring<Job> = {
  name: 'job-controller',
  kind: kinds.job,
  makes: [kinds.pod],
  gone: ({ namespace = '', name }, world) =>
    releaseOrphans(
      world
        .shelf<Pod>(kinds.pod)
        .in(namespace)
        .filter((pod) => controllerOf(pod)?.name === name),
    ),
  plan: (job, world, now) => planJob(job, world.shelf<Pod>(kinds.pod).in(job.metadata.namespace ?? ''), now),
};

export const statefulSets: Wiring<StatefulSet> = {
  name: 'statefulset-controller',
  kind: kinds.statefulSet,
  makes: [kinds.pod, kinds.controllerRevision],
  wakes: [{ kind: kinds.claim, keys: () => [] }],
  plan: (set, world, now) => {
    const namespace = set.metadata.namespace ?? '';
    const facts = {
      pods: world.shelf<Pod>(kinds.pod).in(namespace),
      revisions: world.shelf<ControllerRevision>(kinds.controllerRevision).in(namespace),
      claims: world.shelf(kinds.claim).in(namespace),
    };
    return planStatefulSet(set, facts, now);
  },
};

export const daemonSets: Wiring<DaemonSet> = {
  name: 'daemonset-controller',
  kind: kinds.daemonSet,
  makes: [kinds.pod, kinds.controllerRevision],
  wakes: [
    {
      kind: kinds.node,
      keys: (_node, world) =>
        world
          .shelf(kinds.daemonSet)
          .all()
          .map(({ metadata }) => nameOf(metadata)),
    },
  ],
  plan: (set, world, now) => {
    const namespace = set.metadata.namespace ?? '';
    const revisions = world.shelf<ControllerRevision>(kinds.controllerRevision).in(namespace);
    return planDaemonSet(set, world.shelf(kinds.node).all(), world.shelf<Pod>(kinds.pod).in(namespace), revisions, now);
  },
};

export const cronJobs: Wiring<CronJob> = {
  name: 'cronjob-controller',
  kind: kinds.cronJob,
  makes: [kinds.job],
  plan: (cron, world, now) => planCronJob(cron, world.shelf<Job>(kinds.job).in(cron.metadata.namespace ?? ''), now),
};
