import type { DeploymentStatus, ForgeWriter } from '../../core/forge-writer.ts';
import type { ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Settled } from './outbox.ts';

type What = Readonly<{ sha: string; environment: string }>;

/** Keeps one Deployment for each commit and environment, and its newest state. */
export class DeploymentWriter {
  readonly #writer: ForgeWriter;

  constructor(writer: ForgeWriter) {
    this.#writer = writer;
  }

  async settle(
    target: ForgeTarget,
    what: What,
    status: DeploymentStatus,
    signal: AbortSignal,
  ): Promise<Result<Settled>> {
    const found = await this.#writer.deployment(target, what, signal);
    if (!found.ok) return found;
    // What never was need not be told to be over.
    if (found.value === undefined && status.state === 'inactive') return ok('same');
    const wanted = { ...what, description: status.description };
    const id =
      found.value === undefined ? await this.#writer.createDeployment(target, wanted, signal) : ok(found.value);
    if (!id.ok) return id;
    const there = await this.#writer.deploymentStatus(target, id.value, signal);
    if (!there.ok) return there;
    if (there.value !== undefined && same(there.value, status)) return ok('same');
    const made = await this.#writer.setDeploymentStatus(target, id.value, status, signal);
    return made.ok ? ok('written') : made;
  }
}

function same(a: DeploymentStatus, b: DeploymentStatus): boolean {
  return (
    a.state === b.state && a.description === b.description && (a.environmentUrl ?? '') === (b.environmentUrl ?? '')
  );
}
