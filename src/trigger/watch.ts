import type { Key } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Reflector } from '../kube/reflector/reflector.ts';
import type { Trigger } from './trigger.ts';

/** Keys that a change of this object concerns; asked of the object as it was and as it is. */
export type KeysOf = (object: KubeObject) => Iterable<Key>;

/**
 * Rings for every change that a reflector sees, and for each object that it holds when the trigger starts.
 * The reflector is started and stopped by whoever shares it out.
 */
export function watchTrigger(id: string, reflector: Pick<Reflector, 'onChange'>, keysOf: KeysOf): Trigger {
  return {
    id,
    async run(ring, signal) {
      if (signal.aborted) return;
      const unsubscribe = reflector.onChange((before, after) => {
        // As it was, too: an object that changes its owner concerns both.
        if (before) for (const key of keysOf(before)) ring(key);
        if (after) for (const key of keysOf(after)) ring(key);
      });
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      unsubscribe();
    },
  };
}
