import { apiVersionOf } from '../object.ts';
import type { ResourceInfo, ResourceType } from './resource-type.ts';

/** What is served now: the built-in resources, and those that CRDs add. */
export class Registry {
  readonly #builtin = new Map<string, ResourceType>();
  #custom = new Map<string, ResourceType>();
  #version = 0;

  constructor(builtin: readonly ResourceInfo[]) {
    for (const info of builtin) this.#builtin.set(pathOf(info.group, info.version, info.plural), stored(info, builtin));
  }

  /** Grows with every change of what is served. */
  get version(): number {
    return this.#version;
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    const path = pathOf(group, version, plural);
    return this.#builtin.get(path) ?? this.#custom.get(path);
  }

  byKind(group: string, version: string, kind: string): ResourceType | undefined {
    return this.all().find((type) => type.group === group && type.version === version && type.kind === kind);
  }

  all(): ResourceType[] {
    return [...this.#builtin.values(), ...this.#custom.values()];
  }

  /** Replaces everything that CRDs serve. */
  setCustom(types: readonly ResourceType[]): void {
    this.#custom = new Map(types.map((type) => [pathOf(type.group, type.version, type.plural), type]));
    this.#version += 1;
  }
}

function pathOf(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}

/** Resources that the real server stores once and serves under two groups. */
const sharedStorage: Record<string, { group: string; version: string }> = {
  'events.k8s.io/events': { group: '', version: 'v1' },
};

/** A built-in resource is stored as its first listed version (discovery lists the preferred one first). */
function stored(info: ResourceInfo, all: readonly ResourceInfo[]): ResourceType {
  const shared = sharedStorage[`${info.group}/${info.plural}`];
  const first = all.find((one) => one.group === info.group && one.plural === info.plural) ?? info;
  const home = shared ?? first;
  return {
    ...info,
    storagePrefix: storagePrefix(home.group, info.plural),
    storageApiVersion: apiVersionOf(home.group, home.version),
  };
}

export function storagePrefix(group: string, plural: string): string {
  return `/${group === '' ? 'core' : group}/${plural}/`;
}
