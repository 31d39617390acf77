import type { Container, Pod } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { ConfigError, environmentOf } from './environment.ts';
import type { ImagePresent } from './images.ts';
import { readData } from './process-files.ts';
import type { Around, ImageState } from './simulate.ts';
import { statusOf } from './status.ts';
import { MountError, volumeFiles } from './volumes.ts';

type Seen = Pick<Around, 'images' | 'configErrors' | 'mountError'>;

/** Looks at what the containers that do not run yet need: images, environment, volumes. */
export async function lookAround(world: World, pod: Pod, imagePresent: ImagePresent): Promise<Seen> {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].filter((one) => isIdle(pod, one));
  if (containers.length === 0) return { images: new Map(), configErrors: new Map(), mountError: undefined };
  const names = [...new Set(containers.map(({ image }) => image))];
  const images = new Map<string, ImageState>();
  for (const name of names) images.set(name, await imagePresent(name));
  const configErrors = new Map<string, string>();
  for (const container of containers) {
    const wrong = await configError(world, pod, container);
    if (wrong !== undefined) configErrors.set(container.name, wrong);
  }
  return { images, configErrors, mountError: await mountErrorOf(world, pod) };
}

function isIdle(pod: Pod, container: Container): boolean {
  const state = statusOf(pod, container.name)?.state;
  return state?.running === undefined && state?.terminated === undefined;
}

async function configError(world: World, pod: Pod, container: Container): Promise<string | undefined> {
  try {
    await environmentOf(pod, container, async (kind, name) => {
      const data = await readData(world, pod.metadata.namespace ?? '', kind, name);
      return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.toString('utf8')]));
    });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function mountErrorOf(world: World, pod: Pod): Promise<string | undefined> {
  try {
    for (const volume of pod.spec.volumes ?? []) {
      await volumeFiles(pod, volume, {
        data: (kind, name) => readData(world, pod.metadata.namespace ?? '', kind, name),
        // Pretended pods get no token: nothing would read it.
        token: async () => '',
      });
    }
    return undefined;
  } catch (error) {
    if (error instanceof MountError) return error.message;
    throw error;
  }
}
