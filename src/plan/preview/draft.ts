import type { PreviewEnvironment, PreviewStatus } from '../../api/preview.ts';
import type { ServiceObject } from '../../api/service.ts';
import type { Action, Group } from '../../core/plan.ts';
import type { ForgeRepository, PullRequest } from '../../core/pull-request.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Parent, PreviewFacts, PreviewNamespace } from './facts.ts';
import type { PreviewNames } from './names.ts';

export type PreviewState = PreviewStatus['state'];

/** What must be known to find the previews that are there. */
export type SceneFacts = Pick<PreviewFacts, 'installationKey' | 'namespaces' | 'services'>;

/** What all previews of one Service have in common. */
export type Scene<Facts = SceneFacts> = Readonly<{
  parent: Parent;
  facts: Facts;
  now: Date;
  /** Namespaces of ours for Services of this one's namespace. */
  spaces: readonly PreviewNamespace[];
}>;

/** The same where the Service is there, and wants previews of a repository. */
export type Stage = Scene<PreviewFacts> &
  Readonly<{ service: ServiceObject; env: PreviewEnvironment; repository: ForgeRepository }>;

/** What is to become of a preview. `keep`: it is wanted, and nobody can say what it is to be like. */
export type Verdict = Readonly<{
  want: 'run' | 'sleep' | 'keep' | 'remove';
  /** State, reason and words where the verdict itself is what there is to say. */
  state?: PreviewState;
  reason?: string;
  message?: string;
  /** True where nothing needs to be remembered once all is removed. */
  forget?: true;
}>;

/** One pull request, and what is there of its preview. */
export type Preview = Readonly<{
  repository: string;
  number: number;
  /** At its forge. */
  id: number;
  before?: PreviewStatus;
  /** Undefined where the forge gave no answer about it. */
  pullRequest?: PullRequest;
  names: PreviewNames;
  /** Ours. */
  namespace?: PreviewNamespace;
  /** Services of this parent in it, included ones too. */
  services: readonly KubeObject[];
  /** Services of others in it, each a preview of the same pull request. */
  others: number;
  activity: string;
  command?: number;
  restart?: number;
  /** True in the pass that acts on `/preview restart`. */
  restarting?: true;
  woken?: string;
  /** Who stopped it with `/preview stop`, in words. */
  stopped: string | undefined;
  verdict: Verdict;
}>;

/** What a preview's part of the plan comes to. */
export type Outcome = Readonly<{ groups: readonly Group[]; status?: PreviewStatus; retryAfterMs?: number }>;

export function group(name: string, actions: readonly Action[]): Group[] {
  return actions.length === 0 ? [] : [{ name, actions }];
}

/** Since when it is so: from status when state and reason were the same, else from now. */
export function sinceOf(before: PreviewStatus | undefined, state: PreviewState, reason: string, now: Date): string {
  return before?.state === state && before.reason === reason ? before.since : now.toISOString();
}
