import type { KubeObject } from './resource.ts';

/** `message` says why, for people; empty for what is Current. */
export type Health = Readonly<{
  status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'Unknown';
  message: string;
}>;

export const current: Health = { status: 'Current', message: '' };

export function inProgress(message: string): Health {
  return { status: 'InProgress', message };
}

export function failed(message: string): Health {
  return { status: 'Failed', message };
}

/** A field of any object, or undefined when the way to it ends early. */
export function field(object: KubeObject, ...path: string[]): unknown {
  let value: unknown = object;
  for (const name of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

export function number(object: KubeObject, ...path: string[]): number | undefined {
  const value = field(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

export function text(object: KubeObject, ...path: string[]): string | undefined {
  const value = field(object, ...path);
  return typeof value === 'string' ? value : undefined;
}

export function list(object: KubeObject, ...path: string[]): readonly unknown[] {
  const value = field(object, ...path);
  return Array.isArray(value) ? value : [];
}
