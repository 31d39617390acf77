import type { RunnerSettings } from '../apply/helm-job.ts';
import type { AccountSettings } from '../apply/runner-account.ts';
import type { Log } from '../core/log.ts';
import type { ActAs } from '../core/plan.ts';
import type { Redirect } from '../core/redirect.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { WatchingClient } from '../kube/client.ts';
import type { Settings } from '../plan/facts.ts';
import type { PreviewSettings } from '../plan/preview/facts.ts';
import type { QuotaFact } from '../source/github/client.ts';
import type { Timeouts } from '../source/http/client.ts';

export type ControllerOptions = Readonly<{
  client: WatchingClient;
  log: Log;
  /** Namespace of cluster Secrets and of the installation's own key. */
  controllerNamespace: string;
  runner: RunnerSettings;
  /** Folder for git caches, kept between starts. */
  cacheDir: string;
  gitRewrites?: readonly Redirect[];
  registryMirrors?: readonly Redirect[];
  /** Milliseconds between looks at git and registries where `spec.interval` says nothing (E35). */
  intervalMs?: number;
  /** Milliseconds between looks for newer images of infrastructure where `spec.interval` says nothing (E32, E35). */
  infraIntervalMs?: number;
  /** Milliseconds that git servers and registries get for an answer. */
  timeouts?: Partial<Timeouts>;
  settings?: Partial<Omit<Settings, 'controllerNamespace'>>;
  /** The account of runners, its role, and whether it is made where it is not there. */
  accounts?: Partial<Pick<AccountSettings, 'name' | 'clusterRole' | 'autoProvision'>>;
  /** GitHub of Services that name none, limits, and what the namespaces of previews get. */
  previews?: Partial<Omit<PreviewSettings, 'controllerNamespace' | 'serviceAccount'>>;
  /** Objects worked on at once. */
  workers?: number;
  telemetry?: Telemetry;
  now?: () => Date;
  /** Breaks the start off; a controller that has started is stopped by `close`. */
  signal?: AbortSignal;
  /** Aborts the passes under way: this process leads no longer. */
  lost?: AbortSignal;
}>;

/** How the controller is doing, at the moment of asking. */
export type Stats = Readonly<{
  /** Keys that wait for a worker, and that one works on. */
  queues: Readonly<Record<'objects' | 'jobs', Readonly<{ waiting: number; running: number }>>>;
  /** Milliseconds for which keys wait and none was taken; 0 when none waits. */
  stalledMs: number;
  /** Requests that GitHub still allows, of the logins of each kind the poorest. */
  quotas: readonly QuotaFact[];
  /** Objects of our kinds by what their status says; `state` is empty where it says nothing yet. */
  objects: readonly Readonly<{ kind: string; state: string; count: number }>[];
}>;

export type RunningController = Readonly<{
  /** Rings whoever reads this git repository: a push to it was heard of. */
  gitPushed(url: string): void;
  /** Rings whoever looks after pull requests of this repository, given by its address in the forge's API. */
  pullRequestsChanged(repositoryUrl: string): void;
  /** Rings whoever follows the tags of this image repository, given as `host/repository` or with a scheme. */
  imagePushed(url: string): void;
  stats(): Stats;
  /** Ends the work within two seconds: nothing is written any more. Jobs go on by themselves. */
  stop(): Promise<void>;
  /** Ends the work, and all else. */
  close(): Promise<void>;
}>;

/** E35. */
export const defaultIntervalMs = 5 * 60_000;
export const defaultInfraIntervalMs = 6 * 3_600_000;

/** @param controllerAccount undefined where the controller is no ServiceAccount. */
export function accountSettingsOf(
  { accounts, controllerNamespace }: Pick<ControllerOptions, 'accounts' | 'controllerNamespace'>,
  { runner }: Settings,
  controllerAccount: ActAs | undefined,
): AccountSettings {
  return {
    clusterRole: 'alustan-runner',
    autoProvision: true,
    controllerNamespace,
    ...accounts,
    name: runner.serviceAccount,
    ...(controllerAccount === undefined ? {} : { controllerAccount }),
  };
}

export function settingsOf({ settings, accounts, controllerNamespace }: ControllerOptions): Settings {
  return {
    retryLimit: 3,
    retryDelayMs: 10_000,
    retryDelayMaxMs: 300_000,
    dependencyTimeoutMs: 600_000,
    imagePollMs: 15_000,
    // The Secret of values holds the description of the Job too.
    valuesLimitBytes: 850 * 1024,
    runner: { serviceAccount: accounts?.name ?? 'alustan-runner', timeoutSeconds: 300 },
    ...settings,
    controllerNamespace,
  };
}

export function previewSettingsOf(
  { previews, controllerNamespace }: Pick<ControllerOptions, 'previews' | 'controllerNamespace'>,
  { runner, imagePollMs }: Settings,
): PreviewSettings {
  return {
    enabled: true,
    imagePollMs,
    maxPreviews: 100,
    apiUrl: 'https://api.github.com',
    namespaceLabels: {},
    ...previews,
    controllerNamespace,
    serviceAccount: runner.serviceAccount,
  };
}
