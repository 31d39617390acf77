import type { Key } from '../core/key.ts';
import { createGitSource, type GitSource } from '../source/git/source.ts';
import { createImageSource, type ImageSource } from '../source/oci/images.ts';
import { createDoorbell, type Doorbell } from '../trigger/doorbell.ts';
import { createPoller } from '../trigger/poll.ts';
import type { ControllerOptions } from './options.ts';
import { Polls } from './polls.ts';

/** What the controller reads outside the cluster, and what tells it to look. */
export type Sources = Readonly<{
  git: GitSource;
  images: ImageSource;
  polls: Polls;
  doorbell: Doorbell;
  close(): Promise<void>;
}>;

export function openSources(options: ControllerOptions, ring: (key: Key) => void): Sources {
  const { cacheDir, gitRewrites = [], registryMirrors = [], timeouts = {} } = options;
  const git = createGitSource({ cacheDir, rewrites: gitRewrites, timeouts });
  const images = createImageSource({ mirrors: registryMirrors, timeouts });
  const poller = createPoller(ring);
  const doorbell = createDoorbell();
  return {
    ...{ git, images, doorbell },
    polls: new Polls({ poller, doorbell, git, images, gitRewrites, registryMirrors }),
    async close() {
      poller.close();
      await Promise.all([git.close(), images.close()]);
    },
  };
}
