import { type ControllerOptions, previewSettingsOf } from './options.ts';
import { PreviewController } from './preview/controller.ts';
import type { ReconcilerTools } from './reconciler.ts';
import type { Tools } from './tools.ts';
import { namespaceTopic } from './topics.ts';

/** Wires the passes of previews. */
export function previewController(
  tools: Tools,
  { writer, carryOut, now }: ReconcilerTools,
  options: Pick<ControllerOptions, 'previews' | 'controllerNamespace'>,
): PreviewController {
  const { client, caches, sources, credentials, watches, topics, installationKey, intervalMs, ring } = tools;
  const { forge, pullRequestPolls, images, polls } = sources;
  return new PreviewController({
    client,
    caches,
    forge,
    pullRequestPolls,
    images,
    polls,
    credentials,
    watches,
    installationKey,
    intervalMs,
    writer,
    carryOut,
    now,
    ring,
    settings: previewSettingsOf(options, tools.settings),
    looking: (key) => topics.add(key, namespaceTopic(key.namespace)),
    forget: (key) => {
      polls.forget(key);
      pullRequestPolls.forget(key);
      topics.forget(key);
      watches.forget(key);
    },
  });
}
