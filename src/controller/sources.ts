import type { Key } from '../core/key.ts';
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

export function openSources(options: ControllerOptions, ring: (key: Key) => void): Sources {
  const { cacheDir, gitRewrites = [], registryMirrors = [], timeouts = {}, log } = options;
  const git = createGitSource({ cacheDir, rewrites: gitRewrites, timeouts });
  const registry = createRegistry({ mirrors: registryMirrors, timeouts });
  const images = createImageSource({ registry });
  const folders = createFolderSource({ git, artifacts: createArtifactSource({ registry, images }) });
  const poller = createPoller(ring);
  const doorbell = createDoorbell();
  const forge = openForge({ timeouts: { ...defaultTimeouts, ...timeouts }, log });
  return {
    ...{ folders, images, doorbell, forge },
    pullRequestPolls: new PullRequestPolls({ poller, doorbell, pullRequests: forge.pullRequests }),
    polls: new Polls({ poller, doorbell, folders, images, gitRewrites, registryMirrors }),
    async close() {
      poller.close();
      await Promise.all([git.close(), images.close(), forge.close()]);
    },
  };
}
