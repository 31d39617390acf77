import type { TestContext } from 'vitest';
import { controllerLog } from './controller.ts';
import { kubectl } from './lane.ts';

/** When the test fails, prints what a person would look at first. */
export function explainFailure({ onTestFailed }: TestContext, namespace: string): void {
  onTestFailed(async () => {
    const show = async (...args: string[]) =>
      console.log(`$ kubectl ${args.join(' ')}\n${await kubectl('-n', namespace, ...args).catch(String)}`);
    await show('get', 'asvc,tf,repositories.alustan.io,jobs,pods,deployments,replicasets', '-o', 'wide');
    await show('get', 'asvc,tf', '-o', 'yaml');
    await show('get', 'events', '--sort-by=.lastTimestamp');
    const pods = await kubectl('-n', namespace, 'get', 'pods', '-o', 'name').catch(() => '');
    for (const pod of pods.split('\n').filter(Boolean)) await show('logs', pod, '--all-containers', '--tail=15');
    console.log(`The controller's log ends:\n${await controllerLog()}`);
  });
}
