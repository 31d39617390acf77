import { join } from 'node:path';
import { files } from '../core/job-io.ts';
import type { HelmInstall, HelmUninstall } from '../core/plan.ts';

/** Revisions that Helm keeps of a release. */
const history = 10;

/**
 * Arguments of `helm upgrade --install` (Helm 4). Values travel by file: arguments are visible to others. No
 * `--output json` and no notes: they print rendered text, secrets of the chart included, into the log of the pod.
 */
export function installArguments(run: Omit<HelmInstall, 'values'>, input: string, chart: string): string[] {
  const labels = Object.entries(run.labels).map(([key, value]) => `${key}=${value}`);
  return [
    ...['upgrade', run.release, chart, '--install', '--namespace', run.namespace],
    ...['--values', join(input, files.values), '--hide-notes', '--history-max', String(history)],
    ...['--timeout', `${run.timeoutSeconds}s`, '--server-side=true', '--labels', labels.join(',')],
    // The controller judges health by watches; only hooks need Helm itself to wait for ready workloads (E20).
    run.wait ? '--wait=watcher' : '--wait=hookOnly',
    ...(run.conflicts === 'force' ? ['--force-conflicts'] : []),
  ];
}

/** Arguments of `helm uninstall`; a release that is gone counts as uninstalled. */
export function uninstallArguments(run: HelmUninstall): string[] {
  return [
    ...['uninstall', run.release, '--namespace', run.namespace, '--ignore-not-found'],
    ...['--wait', '--timeout', `${run.timeoutSeconds}s`],
  ];
}
