import { sleep, systemClock } from '../core/clock.ts';
import type { Ring } from '../core/key.ts';
import { deaf } from '../core/telemetry.ts';
import { createFolderSource, type Folder, type FolderRef } from '../source/folder/source.ts';
import { createGitSource } from '../source/git/source.ts';
import { defaultTimeouts } from '../source/http/client.ts';
import { createArtifactSource } from '../source/oci/artifacts.ts';
import { createImageSource, type ImageSource } from '../source/oci/images.ts';
import { createRegistry } from '../source/oci/registry.ts';
import type { Source } from '../source/source.ts';
import { createDoorbell, type Doorbell } from '../trigger/doorbell.ts';
import { createPoller } from '../trigger/poll.ts';
import { type Forge, openForge } from './forge.ts';
import type { ControllerOptions } from './options.ts';
import { Polls } from './polls.ts';
import { PullRequestPolls } from './pull-request-polls.ts';

/** What the controller reads outside the cluster, and what tells it to look. */
export type Sources = Readonly<{
  /** Charts and manifests, in git and registries. */
  folders: Source<FolderRef, Folder>;
  images: ImageSource;
  polls: Polls;
  forge: Forge;
  pullRequestPolls: PullRequestPolls;
  doorbell: Doorbell;
  close(): Promise<void>;
}>;

/** Milliseconds between two looks for caches that nobody uses. The first comes when every object has asked for its own. */
const pruneMs = 600_000;

export function openSources(options: ControllerOptions, ring: Ring): Sources {
  const { cacheDir, gitRewrites = [], registryMirrors = [], telemetry = deaf, timeouts = {}, log } = options;
  const git = createGitSource({ cacheDir, rewrites: gitRewrites, timeouts });
  // While the first lists are on their way.
  git.prepare();
  const registry = createRegistry({ mirrors: registryMirrors, timeouts });
  const images = createImageSource({ registry });
  const folders = createFolderSource({ git, artifacts: createArtifactSource({ registry, images }) });
  const poller = createPoller(ring);
  const prune = async () => {
    const removed = await git.prune();
    if (removed > 0) log.info({ removed }, 'git caches that nobody uses were removed');
  };
  const stopPruning = every(pruneMs, prune, (err) => log.warn({ err }, 'git caches could not be looked through'));
  const doorbell = createDoorbell();
  const forge = openForge({ timeouts: { ...defaultTimeouts, ...timeouts }, log, ring });
  return {
    folders,
    images,
    doorbell,
    forge,
    pullRequestPolls: new PullRequestPolls({ poller, doorbell, pullRequests: forge.pullRequests, telemetry }),
    polls: new Polls({ poller, doorbell, folders, images, gitRewrites, registryMirrors, telemetry }),
    async close() {
      poller.close();
      stopPruning();
      await Promise.all([git.close(), images.close(), forge.close()]);
    },
  };
}

/** Until it is called off, with a pause before each time; what fails is told and tried again. */
function every(ms: number, work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  const over = new AbortController();
  const go = async () => {
    while (!over.signal.aborted) {
      await sleep(systemClock, ms, over.signal);
      await work().catch(failed);
    }
  };
  go().catch(() => {});
  return () => over.abort();
}
