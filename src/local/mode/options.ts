import type { ControllerOptions, RunningController } from '../../controller/options.ts';
import type { Log } from '../../core/log.ts';
import type { Redirect } from '../../core/redirect.ts';
import type { Connection } from '../../kube/connect.ts';
import type { Endpoints } from './endpoints.ts';

export type LocalOptions = Readonly<{
  dataDir: string;
  /** TCP ports on 127.0.0.1; the next free one when taken, any when 0. */
  apiPort: number;
  httpPort: number;
  /** Name of an example to seed on the first start, or `none`. */
  example: string;
  /** Empties the data folder first. */
  reset?: boolean;
  gitRewrites: readonly Redirect[];
  registryMirrors: readonly Redirect[];
  /** Times and limits of the controller where its defaults do not fit. */
  controller?: Pick<ControllerOptions, 'intervalMs' | 'settings' | 'timeouts' | 'now'>;
  /** Root of the package: charts/ and examples/ lie there. */
  root: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  progress: (step: string) => void;
  /** Breaks the start off when it is aborted; later it does nothing. */
  signal?: AbortSignal;
}>;

export type LocalMode = Readonly<{
  endpoints: Endpoints;
  connection: Connection;
  controller: RunningController;
  /** True when this start seeded the example. */
  seeded: boolean;
  /** Stops all of it, the newest first, within 5 s. The data stay. */
  close(): Promise<void>;
}>;

/** Address under which the examples name the local servers, whatever port they got. */
export const publicAddress = 'localhost:7070';
export const controllerNamespace = 'alustan';
