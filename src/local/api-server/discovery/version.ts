import type { Json } from '../object.ts';

export const gitVersion = 'v1.34.4+alustan-local';

/** The Kubernetes version whose API is imitated; Helm compares charts' `kubeVersion` with it. */
export const version: Json = {
  major: '1',
  minor: '34',
  emulationMajor: '1',
  emulationMinor: '34',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '33',
  gitVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: `node ${process.version}`,
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};
