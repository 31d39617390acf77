import type { KubeObject } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { secretData } from '../core/secret.ts';
import { dropBookkeeping } from '../kube/reflector/transform.ts';
import type { Looker, Watches } from '../source/cluster/watches.ts';

/** A Secret that a spec names, decoded, with an id that changes when the Secret does and tells nothing of it. */
export type SecretData = Readonly<{ id: string; data: Readonly<Record<string, string>> }>;

/** Reads Secrets that objects name as credentials: by name, by watch, with the tenant's rights. */
export class Credentials {
  readonly #watches: Watches;
  readonly #changed: (namespace: string) => void;

  /** @param changed told of the namespace in which a Secret that somebody uses has changed. */
  constructor(watches: Watches, changed: (namespace: string) => void) {
    this.#watches = watches;
    this.#changed = changed;
  }

  /** @param field for the message, for example `spec.source.secretRef`. */
  async read(looker: Looker, name: string, field: string, signal: AbortSignal): Promise<Result<SecretData>> {
    const { namespace } = looker;
    const cache = await this.#watches.get(
      {
        looker,
        apiVersion: 'v1',
        kind: 'Secret',
        namespace,
        fieldSelector: `metadata.name=${name}`,
        view: 'credentials',
        transform: dropBookkeeping,
        onChange: () => this.#changed(namespace),
      },
      signal,
    );
    if (!cache.ok) return cache;
    const secret = cache.value.get({ namespace, name });
    if (secret !== undefined) return ok(decoded(secret));
    const message = `${field}: there is no Secret "${name}" in namespace ${namespace}; create it, or remove the field`;
    return fail('invalid', 'SecretNotFound', message);
  }
}

function decoded(secret: KubeObject): SecretData {
  const { namespace, name, uid, resourceVersion } = secret.metadata;
  return { id: `${namespace}/${name}/${uid}/${resourceVersion}`, data: secretData(secret) };
}
