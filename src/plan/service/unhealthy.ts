import type { ReleaseObject } from './facts.ts';

export type Unhealthy = ReleaseObject & Readonly<{ health: Exclude<ReleaseObject['health'], 'Current' | 'Unknown'> }>;

/** A failed object is told before one that only takes its time. What cannot be read is shown and holds nothing. */
export function firstUnhealthy(objects: readonly ReleaseObject[]): Unhealthy | undefined {
  const unhealthy = objects.filter(
    (object) => object.health !== 'Current' && object.health !== 'Unknown',
  ) as Unhealthy[];
  return unhealthy.find((object) => object.health === 'Failed') ?? unhealthy[0];
}

export function tellUnhealthy({ ref, health, message }: Unhealthy): string {
  return `${ref.kind} ${ref.name} is ${words[health]}${message === undefined ? '' : `: ${message}`}`;
}

const words: Readonly<Record<Unhealthy['health'], string>> = {
  InProgress: 'not ready yet',
  Failed: 'not healthy',
  Terminating: 'being deleted',
  NotFound: 'missing',
};
