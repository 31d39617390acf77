import type { KubeObject } from '../../core/resource.ts';
import { Reflector, type ReflectorOptions } from '../reflector/reflector.ts';

/** A reflector that writes down what it tells: `+a@1` for a new object, `~a@2` for a change, `-a@2` when it has gone. */
export class Diary {
  readonly reflector: Reflector;
  readonly lines: string[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];

  /** No randomness: the pauses of its back-off are 0, 125, 250 … ms. */
  constructor(options: Omit<ReflectorOptions, 'type'>) {
    const type = { apiVersion: 'v1', kind: 'ConfigMap' };
    this.reflector = new Reflector({ type, namespace: 'shop', random: () => 0, ...options });
    this.reflector.onChange((before, after) => {
      this.lines.push(after ? `${before ? '~' : '+'}${shown(after)}` : `-${shown(before as KubeObject)}`);
      this.#waiting = this.#waiting.filter(({ count, resolve }) => {
        if (this.lines.length >= count) resolve();
        return this.lines.length < count;
      });
    });
    this.reflector.start();
  }

  /** What was told, once it is `count` lines. */
  async told(count: number): Promise<string[]> {
    if (this.lines.length < count) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    return this.lines;
  }
}

export function shown({ metadata: { name, resourceVersion } }: KubeObject): string {
  return `${name}@${resourceVersion}`;
}
