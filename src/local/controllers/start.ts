import type { World } from '../cluster/world.ts';
import { type Running, runController } from './controller.ts';
import { endpoints } from './endpoints/wiring.ts';
import { collectGarbage } from './garbage/collector.ts';
import { runNamespaces } from './namespace/controller.ts';
import { namespaceContents } from './service-accounts.ts';
import { volumeClaims } from './volume-claims.ts';
import { cronJobs, daemonSets, deployments, jobs, replicaSets, statefulSets } from './workloads.ts';

/** Starts the controllers of local mode on a shared view of its API; resolves when each has seen the present state. */
export async function startControllers(options: Readonly<{ world: World }>): Promise<Running> {
  const { world } = options;
  const { ca = '' } = await world.address();
  const running = [
    runController(world, namespaceContents(ca.toString())),
    runController(world, deployments),
    runController(world, replicaSets),
    runController(world, jobs),
    runController(world, statefulSets),
    runController(world, daemonSets),
    runController(world, cronJobs),
    runController(world, volumeClaims),
    runController(world, endpoints),
    runNamespaces(world),
    await collectGarbage(world),
  ];
  await world.synced();
  return {
    async close() {
      await Promise.all(running.map((one) => one.close()));
    },
  };
}
