import { expect } from 'vitest';
import { eventually } from '../delivery/flow.ts';
import { api } from '../delivery/lane.ts';
import { flowsImage } from './flows-image.ts';
import type { Ground } from './ground.ts';

type Pod = { metadata: { uid: string }; status: { phase: string } };

/** A person at a terminal, beside Alustan: deploys by hand into the state of the object `db`. */
export class Terminal {
  readonly #ground: Ground;
  readonly #name: string;

  constructor(ground: Ground, name: string) {
    this.#ground = ground;
    this.#name = name;
  }

  /** Resolves to the uid of the pod that stands for the terminal; it asks the gate under its name, if `asks`. */
  async deploy(variables: Readonly<Record<string, string>>, asks = false): Promise<string> {
    const { namespace } = this.#ground;
    const values = {
      ALUSTAN_NAMESPACE: namespace,
      ALUSTAN_NAME: 'db',
      TF_VAR_workspace: 'staging',
      TF_VAR_gate: asks ? this.#ground.gateOf(this.#name) : '',
      ...variables,
    };
    const env = Object.entries(values).map(([name, value]) => ({ name, value }));
    const container = { name: 'terminal', image: `${flowsImage}:1.0.0`, command: ['/bin/sh', './deploy'], env };
    const { metadata } = await api.json<Pod>('POST', `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: this.#name },
      spec: { restartPolicy: 'Never', serviceAccountName: 'alustan-runner', containers: [container] },
    });
    return metadata.uid;
  }

  async ended(phase: 'Succeeded' | 'Failed'): Promise<void> {
    const path = `/api/v1/namespaces/${this.#ground.namespace}/pods/${this.#name}`;
    await eventually(async () => expect((await api.json<Pod>('GET', path)).status.phase).toBe(phase));
  }
}
