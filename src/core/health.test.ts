import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { health } from './health.ts';
import type { KubeObject } from './resource.ts';

/** `group/version Kind`, then YAML of what matters, then health and message. */
type Row = readonly [name: string, type: string, yaml: string, status: string, message?: string];

const rows: readonly Row[] = [
  ['anything without status', 'v1 ConfigMap', '{}', 'Current'],
  ['what is being deleted', 'v1 ConfigMap', '{metadata: {deletionTimestamp: T}}', 'Terminating', 'since T'],
  [
    'status of an older generation',
    'x.io/v1 Thing',
    '{metadata: {generation: 2}, status: {observedGeneration: 1}}',
    'InProgress',
    'not seen the last change',
  ],
  [
    'status of this generation',
    'x.io/v1 Thing',
    '{metadata: {generation: 2}, status: {observedGeneration: 2}}',
    'Current',
  ],
  [
    'condition Stalled',
    'x.io/v1 Thing',
    '{status: {conditions: [{type: Stalled, status: "True", message: no way}]}}',
    'Failed',
    'no way',
  ],
  [
    'condition Reconciling',
    'x.io/v1 Thing',
    '{status: {conditions: [{type: Reconciling, status: "True", reason: Busy}]}}',
    'InProgress',
    'Busy',
  ],
  ['condition Ready True', 'x.io/v1 Thing', '{status: {conditions: [{type: Ready, status: "True"}]}}', 'Current'],
  [
    'condition Ready False',
    'x.io/v1 Thing',
    '{status: {conditions: [{type: Ready, status: "False", message: later}]}}',
    'InProgress',
    'later',
  ],
  [
    'condition Ready Unknown',
    'x.io/v1 Thing',
    '{status: {conditions: [{type: Ready, status: Unknown}]}}',
    'InProgress',
    'condition Ready',
  ],
  ['our kind, not looked at', 'alustan.io/v1alpha1 Service', '{}', 'InProgress', 'waiting for the controller'],
  [
    'our kind, ready',
    'alustan.io/v1alpha1 Service',
    '{status: {conditions: [{type: Ready, status: "True"}]}}',
    'Current',
  ],

  ['Deployment without status', 'apps/v1 Deployment', '{spec: {replicas: 2}}', 'InProgress', '0 of 2 replicas updated'],
  ['Deployment, replicas default to one', 'apps/v1 Deployment', '{spec: {}}', 'InProgress', '0 of 1 replicas updated'],
  [
    'Deployment with old replicas',
    'apps/v1 Deployment',
    '{spec: {replicas: 1}, status: {replicas: 2, updatedReplicas: 1}}',
    'InProgress',
    '1 old replicas still to go',
  ],
  [
    'Deployment not available',
    'apps/v1 Deployment',
    '{spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, availableReplicas: 1}}',
    'InProgress',
    '1 of 2 replicas available',
  ],
  [
    'Deployment not ready',
    'apps/v1 Deployment',
    '{spec: {replicas: 1}, status: {replicas: 1, updatedReplicas: 1, availableReplicas: 1}}',
    'InProgress',
    '0 of 1 replicas ready',
  ],
  [
    'Deployment, Available False',
    'apps/v1 Deployment',
    '{spec: {replicas: 0}, status: {conditions: [{type: Available, status: "False", reason: Minimum}]}}',
    'InProgress',
    'Minimum',
  ],
  [
    'Deployment past its deadline',
    'apps/v1 Deployment',
    '{spec: {}, status: {conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: timed out}]}}',
    'Failed',
    'timed out',
  ],
  [
    'Deployment over quota',
    'apps/v1 Deployment',
    '{spec: {}, status: {conditions: [{type: ReplicaFailure, status: "True", message: exceeded quota}]}}',
    'InProgress',
    'exceeded quota',
  ],
  [
    'Deployment healthy',
    'apps/v1 Deployment',
    '{spec: {replicas: 1}, status: {replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1, conditions: [{type: Available, status: "True"}]}}',
    'Current',
  ],
  ['Deployment scaled to zero', 'apps/v1 Deployment', '{spec: {replicas: 0}}', 'Current'],

  [
    'StatefulSet starting',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 2}, status: {replicas: 1}}',
    'InProgress',
    '1 of 2 replicas created',
  ],
  [
    'StatefulSet not ready',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 2}, status: {replicas: 2, readyReplicas: 1}}',
    'InProgress',
    '1 of 2 replicas ready',
  ],
  [
    'StatefulSet rolling',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 1}, status: {replicas: 1, readyReplicas: 1, currentRevision: a, updateRevision: b}}',
    'InProgress',
    'rolling update, 0 of 1',
  ],
  [
    'StatefulSet with a partition, rolling',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}, status: {replicas: 3, readyReplicas: 3, updatedReplicas: 1}}',
    'InProgress',
    '1 of 2 replicas updated',
  ],
  [
    'StatefulSet with a partition, done',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}, status: {replicas: 3, readyReplicas: 3, updatedReplicas: 2, currentRevision: a, updateRevision: b}}',
    'Current',
  ],
  [
    'StatefulSet, partition above replicas',
    'apps/v1 StatefulSet',
    '{spec: {replicas: 1, updateStrategy: {rollingUpdate: {partition: 5}}}, status: {replicas: 1, readyReplicas: 1}}',
    'Current',
  ],
  [
    'StatefulSet healthy',
    'apps/v1 StatefulSet',
    '{spec: {updateStrategy: {rollingUpdate: {partition: 0}}}, status: {replicas: 1, readyReplicas: 1, currentRevision: a, updateRevision: a}}',
    'Current',
  ],
  ['StatefulSet updated by hand', 'apps/v1 StatefulSet', '{spec: {updateStrategy: {type: OnDelete}}}', 'Current'],

  ['DaemonSet new', 'apps/v1 DaemonSet', '{spec: {}}', 'InProgress', 'not scheduled yet'],
  [
    'DaemonSet half scheduled',
    'apps/v1 DaemonSet',
    '{status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 1}}',
    'InProgress',
    '1 of 2 replicas scheduled',
  ],
  [
    'DaemonSet half updated',
    'apps/v1 DaemonSet',
    '{status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 1}}',
    'InProgress',
    '1 of 2 replicas updated',
  ],
  [
    'DaemonSet updated by hand',
    'apps/v1 DaemonSet',
    '{spec: {updateStrategy: {type: OnDelete}}, status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, numberAvailable: 2, numberReady: 2}}',
    'Current',
  ],
  [
    'DaemonSet half available',
    'apps/v1 DaemonSet',
    '{status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1}}',
    'InProgress',
    '1 of 2 replicas available',
  ],
  [
    'DaemonSet healthy',
    'apps/v1 DaemonSet',
    '{status: {observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1, numberReady: 1}}',
    'Current',
  ],

  [
    'ReplicaSet over quota',
    'apps/v1 ReplicaSet',
    '{status: {conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate}]}}',
    'InProgress',
    'FailedCreate',
  ],
  [
    'ReplicaSet not available',
    'apps/v1 ReplicaSet',
    '{status: {replicas: 1}}',
    'InProgress',
    '0 of 1 replicas available',
  ],
  [
    'ReplicaSet shrinking',
    'apps/v1 ReplicaSet',
    '{spec: {replicas: 1}, status: {replicas: 2, availableReplicas: 2, readyReplicas: 2}}',
    'InProgress',
    '1 old replicas',
  ],
  [
    'ReplicaSet healthy',
    'apps/v1 ReplicaSet',
    '{status: {replicas: 1, availableReplicas: 1, readyReplicas: 1}}',
    'Current',
  ],

  ['Job not started', 'batch/v1 Job', '{}', 'InProgress', 'not started yet'],
  ['Job running', 'batch/v1 Job', '{status: {startTime: T}}', 'Current'],
  ['Job complete', 'batch/v1 Job', '{status: {conditions: [{type: Complete, status: "True"}]}}', 'Current'],
  ['Job suspended', 'batch/v1 Job', '{status: {conditions: [{type: Suspended, status: "True"}]}}', 'Current'],
  [
    'Job failed',
    'batch/v1 Job',
    '{status: {startTime: T, conditions: [{type: Failed, status: "True", message: back-off limit}]}}',
    'Failed',
    'back-off limit',
  ],

  ['Pod pending', 'v1 Pod', '{status: {phase: Pending}}', 'InProgress', 'not running yet'],
  [
    'Pod unschedulable',
    'v1 Pod',
    '{status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", message: 0/1 nodes}]}}',
    'InProgress',
    '0/1 nodes',
  ],
  [
    'Pod unschedulable without a word',
    'v1 Pod',
    '{status: {phase: Pending, conditions: [{type: PodScheduled, status: "False"}]}}',
    'InProgress',
    'not scheduled yet',
  ],
  [
    'Pod that is being set up',
    'v1 Pod',
    '{status: {phase: Pending, containerStatuses: [{name: a, state: {waiting: {reason: ContainerCreating}}}]}}',
    'InProgress',
    'not running yet',
  ],
  [
    'Pod without its image',
    'v1 Pod',
    '{status: {phase: Pending, containerStatuses: [{name: a, state: {waiting: {reason: ImagePullBackOff, message: not found}}}]}}',
    'InProgress',
    'container a: ImagePullBackOff (not found)',
  ],
  [
    'Pod whose init container crashes',
    'v1 Pod',
    '{status: {phase: Pending, initContainerStatuses: [{name: i, state: {waiting: {reason: CrashLoopBackOff}}}], containerStatuses: [{name: a, state: {waiting: {reason: PodInitializing}}}]}}',
    'Failed',
    'container i: CrashLoopBackOff',
  ],
  [
    'Pod running, not ready',
    'v1 Pod',
    '{status: {phase: Running, conditions: [{type: Ready, status: "False"}]}}',
    'InProgress',
    'containers are not ready',
  ],
  ['Pod ready', 'v1 Pod', '{status: {phase: Running, conditions: [{type: Ready, status: "True"}]}}', 'Current'],
  ['Pod done', 'v1 Pod', '{status: {phase: Succeeded}}', 'Current'],
  ['Pod failed', 'v1 Pod', '{status: {phase: Failed, reason: Evicted}}', 'Failed', 'Evicted'],
  [
    'Pod failed with words',
    'v1 Pod',
    '{status: {phase: Failed, reason: Evicted, message: low on memory}}',
    'Failed',
    'low on memory',
  ],
  ['Pod failed without a word', 'v1 Pod', '{status: {phase: Failed}}', 'Failed', 'its containers failed'],

  ['claim pending', 'v1 PersistentVolumeClaim', '{status: {phase: Pending}}', 'InProgress', 'no volume is bound yet'],
  ['claim bound', 'v1 PersistentVolumeClaim', '{status: {phase: Bound}}', 'Current'],
  ['claim lost', 'v1 PersistentVolumeClaim', '{status: {phase: Lost}}', 'Failed', 'its volume is lost'],
  ['Service', 'v1 Service', '{spec: {type: ClusterIP}}', 'Current'],
  ['Service, load balancer without address', 'v1 Service', '{spec: {type: LoadBalancer}}', 'InProgress', 'cluster IP'],
  ['Service, load balancer', 'v1 Service', '{spec: {type: LoadBalancer, clusterIP: 10.0.0.1}}', 'Current'],
  ['CRD new', 'apiextensions.k8s.io/v1 CustomResourceDefinition', '{}', 'InProgress', 'no condition yet'],
  [
    'CRD established',
    'apiextensions.k8s.io/v1 CustomResourceDefinition',
    '{status: {conditions: [{type: NamesAccepted, status: "True"}, {type: Established, status: "True"}]}}',
    'Current',
  ],
  [
    'CRD with names of another',
    'apiextensions.k8s.io/v1 CustomResourceDefinition',
    '{status: {conditions: [{type: NamesAccepted, status: "False", message: taken}]}}',
    'Failed',
    'taken',
  ],
  [
    'APIService not available',
    'apiregistration.k8s.io/v1 APIService',
    '{status: {conditions: [{type: Available, status: "False", reason: MissingEndpoints}]}}',
    'InProgress',
    'MissingEndpoints',
  ],
  [
    'APIService available',
    'apiregistration.k8s.io/v1 APIService',
    '{status: {conditions: [{type: Available, status: "True"}]}}',
    'Current',
  ],
  ['PDB not counted', 'policy/v1 PodDisruptionBudget', '{}', 'InProgress', 'not counted yet'],
  [
    'PDB without room',
    'policy/v1 PodDisruptionBudget',
    '{status: {observedGeneration: 1, conditions: [{type: DisruptionAllowed, status: "False"}]}}',
    'Current',
  ],
  [
    'HPA that cannot scale',
    'autoscaling/v2 HorizontalPodAutoscaler',
    '{status: {conditions: [{type: AbleToScale, status: "False", message: no target}]}}',
    'InProgress',
    'no target',
  ],
  [
    'HPA without metrics',
    'autoscaling/v2 HorizontalPodAutoscaler',
    '{status: {conditions: [{type: AbleToScale, status: "True"}, {type: ScalingActive, status: "False"}]}}',
    'Current',
  ],
  ['a kind of that name in another group', 'x.io/v1 Job', '{}', 'Current'],
  ['a status that is no map', 'apps/v1 Deployment', '{spec: {replicas: 0}, status: odd}', 'Current'],
];

describe('E19 health by kstatus rules', () => {
  it.each(rows)('%s', (_, type = '', yaml = '', status = '', message = '') => {
    const [apiVersion = '', kind = ''] = type.split(' ');
    const given = parse(yaml) as Partial<KubeObject>;
    const found = health({ ...given, apiVersion, kind, metadata: { name: 'x', ...given.metadata } });
    expect(found.status).toBe(status);
    expect(found.message).toContain(message);
    if (status === 'Current') expect(found.message).toBe('');
  });
});
