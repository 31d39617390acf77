import type { Address } from '../core/address.ts';
import type { Redirect } from '../core/redirect.ts';
import type { LogFormat } from './log.ts';
import type { PreviewFlags } from './preview-options.ts';

/** Options of `alustan controller`, as its parser leaves them. */
export type ControllerFlags = PreviewFlags &
  Readonly<{
    kubeconfig?: string;
    namespace: string;
    runnerImage: string;
    runnerResources?: Readonly<Record<string, unknown>>;
    runnerServiceAccount: string;
    runnerClusterRole: string;
    runnerAutoProvision: boolean;
    cacheDir: string;
    appSyncInterval?: string;
    infraSyncInterval?: string;
    gitRewrite: readonly Redirect[];
    registryMirror: readonly Redirect[];
    retryDelay: number;
    leaderElection: boolean;
    logLevel: string;
    logFormat: LogFormat;
    qps: number;
    burst?: number;
    /** File with the secret of GitHub's webhooks; undefined: webhooks are refused. */
    githubWebhookSecretFile?: string;
    /** Empty (what Commander makes of `none`): no listener. */
    httpAddress?: Address | '';
    podIp?: string;
  }>;
