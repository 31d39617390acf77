import type { KubeObject } from '../../core/resource.ts';
import { type Decision, decide, nothing } from '../cluster/action.ts';
import { kinds } from '../cluster/kinds.ts';
import { isTerminating } from '../cluster/pods.ts';
import type { Wiring } from './controller.ts';

type Claim = KubeObject & {
  spec: {
    volumeName?: string;
    accessModes?: string[];
    storageClassName?: string;
    volumeMode?: string;
    resources?: { requests?: { storage?: string } };
  };
  status?: { phase?: string };
};

/** Gives each claim a volume of its own at once: a folder on this machine stands behind all of them. */
export function planClaim(claim: Claim, volume: KubeObject | undefined): Decision {
  if (isTerminating(claim) || claim.status?.phase === 'Bound') return nothing;
  const { accessModes = ['ReadWriteOnce'], storageClassName, volumeMode = 'Filesystem', resources } = claim.spec;
  const storage = resources?.requests?.storage ?? '1Gi';
  const volumeName = claim.spec.volumeName ?? `pvc-${claim.metadata.uid}`;
  const { name, namespace, uid } = claim.metadata;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': 'alustan.io/local' } },
    spec: {
      accessModes,
      capacity: { storage },
      persistentVolumeReclaimPolicy: 'Delete',
      volumeMode,
      ...(storageClassName === undefined ? {} : { storageClassName }),
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      hostPath: { path: `/local/${namespace}/${name}` },
    },
  };
  const bound = { phase: 'Bound', accessModes, capacity: { storage } };
  return decide([
    ...(volume === undefined ? [{ do: 'create', object, orExists: true } as const] : []),
    { do: 'patch', object, patch: { status: { phase: 'Bound' } }, subresource: 'status' },
    {
      do: 'patch',
      object: claim,
      patch: { spec: { volumeName }, metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } },
    },
    { do: 'patch', object: claim, patch: { status: bound }, subresource: 'status' },
  ]);
}

/** The volume of a claim that is gone goes too: its reclaim policy is Delete. */
export const volumeClaims: Wiring<Claim> = {
  name: 'persistentvolume-controller',
  kind: kinds.claim,
  wakes: [{ kind: kinds.volume, keys: () => [] }],
  plan: (claim, world) => {
    const name = claim.spec.volumeName ?? `pvc-${claim.metadata.uid}`;
    return planClaim(claim, world.shelf(kinds.volume).get({ name }));
  },
  gone: ({ namespace, name }, world) =>
    world
      .shelf(kinds.volume)
      .all()
      .filter((volume) => {
        const { claimRef } = volume['spec'] as { claimRef?: { namespace?: string; name?: string } };
        return claimRef?.name === name && claimRef.namespace === namespace;
      })
      .map((object) => ({ do: 'delete', object }) as const),
};
