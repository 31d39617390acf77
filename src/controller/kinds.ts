import { carryOutWith } from '../apply/carry-out.ts';
import { JobApplier } from '../apply/job.ts';
import { ObjectApplier } from '../apply/objects.ts';
import type { Key } from '../core/key.ts';
import { deaf } from '../core/telemetry.ts';
import type { EventSender } from '../status/events.ts';
import { StatusWriter } from '../status/writer.ts';
import type { JobController } from './job.ts';
import type { ControllerOptions } from './options.ts';
import { previewController } from './preview.ts';
import { Reconciler, type ReconcilerTools, type Requeue } from './reconciler.ts';
import { repositoryController } from './repository.ts';
import { serviceController } from './service.ts';
import { terraformController } from './terraform.ts';
import type { Tools } from './tools.ts';

export type Reconcile = (key: Key, signal: AbortSignal) => Promise<Requeue>;

/** Who works on a key, by its kind. */
export function reconcilers(
  tools: Tools,
  events: EventSender,
  jobs: JobController,
  options: Pick<ControllerOptions, 'runner' | 'now' | 'telemetry' | 'previews' | 'controllerNamespace'>,
): Readonly<Record<string, Reconcile>> {
  const { client, log } = tools;
  const services = serviceController(tools);
  const runner = new JobApplier(client, options.runner, (digest, signal) => services.charts.bytes(digest, signal));
  const shared: ReconcilerTools = {
    writer: new StatusWriter(client),
    events,
    carryOut: carryOutWith(runner, new ObjectApplier(client), tools.sources.forge.feedback),
    log,
    telemetry: options.telemetry ?? deaf,
    now: options.now ?? (() => new Date()),
  };
  const service = new Reconciler(services, shared);
  const repository = new Reconciler(repositoryController(tools), shared);
  const terraform = new Reconciler(terraformController(tools), shared);
  const previews = previewController(tools, shared, options);
  return {
    Service: (key, signal) => service.reconcile(key, signal),
    Repository: (key, signal) => repository.reconcile(key, signal),
    Terraform: (key, signal) => terraform.reconcile(key, signal),
    Preview: (key, signal) => previews.reconcile(key, signal),
    Job: (key) => jobs.reconcile(key),
  };
}
