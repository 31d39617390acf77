import type { KubeObject } from '../../core/resource.ts';

/** What a controller wants done to the API. Plain data: controllers are pure functions from what is to actions. */
export type Action =
  | Readonly<{
      do: 'create';
      object: KubeObject /** An object of this name that exists already is fine. */;
      orExists?: boolean;
    }>
  | Readonly<{ do: 'delete'; object: KubeObject; propagation?: 'Background' | 'Foreground'; graceSeconds?: number }>
  /** JSON merge patch. */
  | Readonly<{ do: 'patch'; object: KubeObject; patch: Readonly<Record<string, unknown>>; subresource?: 'status' }>
  /**
   * Replaces the status; refused when the object has changed meanwhile. Annotations that travel with it leave the
   * generation as it is, as kube-controller-manager does it.
   */
  | Readonly<{ do: 'status'; object: KubeObject; status: object; annotations?: Readonly<Record<string, string>> }>
  | Readonly<{ do: 'event'; object: KubeObject; type: 'Normal' | 'Warning'; reason: string; message: string }>;

export type Decision = Readonly<{
  actions: readonly Action[];
  /** Look again after so many milliseconds even when nothing changes. */
  againMs?: number;
}>;

export const nothing: Decision = { actions: [] };

/** The later of several wishes to look again is met by the earlier one too. */
export function soonest(...wishes: (number | undefined)[]): number | undefined {
  const set = wishes.filter((wish) => wish !== undefined);
  return set.length === 0 ? undefined : Math.max(0, Math.min(...set));
}

export function decide(actions: readonly Action[], againMs?: number): Decision {
  return againMs === undefined ? { actions } : { actions, againMs };
}
