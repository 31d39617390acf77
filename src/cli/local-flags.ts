import type { Redirect } from '../core/redirect.ts';
import type { LogFormat } from './log.ts';

/** Options of `alustan local`, as its parser leaves them. */
export type LocalFlags = Readonly<{
  dataDir: string;
  apiPort: number;
  httpPort: number;
  example: string;
  reset: boolean;
  retryDelay: number;
  gitRewrite: readonly Redirect[];
  registryMirror: readonly Redirect[];
  logLevel: string;
  logFormat: LogFormat;
}>;
