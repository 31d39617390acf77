import type { Action } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Result } from '../core/result.ts';

/** `done`: the world is as the action wants it. `pending`: it was told, and a watch will bring the end. */
export type Applied = Readonly<{ state: 'done' | 'pending'; message?: string; object?: KubeObject }>;

export type ActionOf<Type extends Action['type']> = Extract<Action, { type: Type }>;

/**
 * Carries out one kind of action. Idempotent (an action may be repeated after a crash at any point), never waits for
 * the effect, never rejects: what went wrong is a Failure.
 */
export interface Applier<Type extends Action['type']> {
  apply(action: ActionOf<Type>, signal: AbortSignal): Promise<Result<Applied>>;
}
