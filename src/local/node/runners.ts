import type { Container, Pod } from '../cluster/types.ts';
import type { ImagePrograms } from './image/image-programs.ts';

/** How a container runs on the host. */
export type Program = Readonly<{
  /** Begins the command line: paths of the host, left as they are. */
  host?: readonly string[];
  /** The rest of the command line, with paths as inside the container. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
}>;

/** The program is what the container's image says, and lies in it. */
export type FromImage = Readonly<{ images: ImagePrograms; env: Readonly<Record<string, string>> }>;

/** Says whether a container runs as a process of the host; undefined: it is only pretended. */
export type Runners = (pod: Pod, container: Container) => Program | FromImage | undefined;
