import { expect, vi } from 'vitest';
import { controllerNamespace } from '../delivery/controller.ts';
import { eventually } from '../delivery/flow.ts';
import { api } from '../delivery/lane.ts';
import { killInPod } from '../node/pod-processes.ts';
import { soleFlow } from './flow.ts';
import type { Ground } from './ground.ts';

/** One after the other, so that the kills meet every point of a deploy. */
const names = ['one', 'two', 'three', 'four', 'five'];
const deploy = ['begins', 'middle', 'ends'];
const lease = `/apis/coordination.k8s.io/v1/namespaces/${controllerNamespace}/leases/alustan-controller`;
const pods = `/api/v1/namespaces/${controllerNamespace}/pods`;

type Leader = Readonly<{ identity: string; pod: string; uid: string }>;
type Pod = { metadata: { name: string; uid: string } };

/** Who leads, and is none of those before. */
function leader(before: ReadonlySet<string>): Promise<Leader> {
  const look = async () => {
    const { spec } = await api.json<{ spec: { holderIdentity?: string } }>('GET', lease);
    const identity = spec.holderIdentity ?? '';
    const { items } = await api.json<{ items: Pod[] }>('GET', pods);
    const found = items.find(({ metadata }) => identity.startsWith(metadata.name));
    if (before.has(identity) || found === undefined) throw new Error(`nobody leads but "${identity}"`);
    return { identity, pod: found.metadata.name, uid: found.metadata.uid };
  };
  return vi.waitFor(look, { timeout: 60_000, interval: 25 });
}

/**
 * Kills it where it stands. The next one is made by kubelet, which starts a container again at once the first time, and
 * then waits longer and longer: so every other time its pod is deleted, too, and another comes. The Lease of the dead one is
 * deleted, for what waiting for its end is good for is tested elsewhere, and 20 times 15 s are long.
 */
async function kill({ pod, uid, identity }: Leader, isSecond: boolean): Promise<void> {
  expect(killInPod(uid, 'alustan')).toBeGreaterThan(0);
  const { spec } = await api.json<{ spec: { holderIdentity?: string } }>('GET', lease);
  expect(spec.holderIdentity).toBe(identity);
  if (isSecond) await api.json('DELETE', `${pods}/${pod}`, { gracePeriodSeconds: 0 });
  await api.json('DELETE', lease);
}

/** The points of a deploy at which the controller is killed; each is waited for while a controller leads. */
function points(ground: Ground, name: string): (() => Promise<void>)[] {
  const when = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 60_000, interval: 5 });
  const sinceMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return [
    // It has written down which Job it makes, and may not have made it.
    async () => {
      ground.hold(name, 'middle');
      await ground.create(name);
      await when(async () => expect((await ground.status(name)).job?.name).toBeTruthy());
    },
    async () => when(() => expect(ground.told(name)).toEqual(['begins', 'middle'])),
    // Anywhere in its start, while a deploy is under way.
    async () => sinceMs(Math.random() * 800),
    // The script has ended, and its Job may not have.
    async () => {
      ground.open(name, 'middle');
      await when(() => expect(ground.told(name)).toEqual(deploy));
    },
  ];
}

/** 20 SIGKILLs of the controller in its pod. */
export function controllerKills(): void {
  soleFlow(
    'F4 E31 20 SIGKILLs of the controller in its pod during deploys: nothing is run twice',
    'tf-crash',
    async (ground) => {
      const killed = new Set<string>();
      for (const name of names) {
        for (const reach of points(ground, name)) {
          const found = await leader(killed);
          await reach();
          await kill(found, killed.size % 2 === 1);
          killed.add(found.identity);
        }
      }
      expect(killed.size).toBe(20);
      for (const name of names) await ground.reached(name, 'Completed Delivered');
      for (const name of names) {
        expect({ name, told: ground.told(name), runs: ground.runs(name) }).toEqual({
          name,
          told: deploy,
          runs: ['deploy'],
        });
        expect(Object.keys((await ground.state(name))?.ids ?? {})).toContain('terraform_data.gated');
      }
      expect(ground.jobsMade()).toHaveLength(names.length);
      await eventually(async () => expect((await ground.list('pods')).length).toBe(names.length));
    },
  );
}
