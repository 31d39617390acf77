import type { Failure } from '../core/result.ts';

/** Fields of a kind's spec that say where something comes from. */
export type SourceFields = Readonly<{
  /** Where nothing narrower is known. */
  whole: string;
  address: string;
  secretRef: string;
  ref?: string;
  path?: string;
}>;

/** What each reason of a source speaks of; reasons that are not here are no fault of one field. */
const subjects: Readonly<Record<string, Exclude<keyof SourceFields, 'whole'>>> = {
  Unreachable: 'address',
  Timeout: 'address',
  InvalidRepositoryURL: 'address',
  RepositoryNotFound: 'address',
  NotGit: 'address',
  InsecureRedirect: 'address',
  ImageNotFound: 'address',
  NotAChart: 'address',
  NotAnArtifact: 'address',
  InvalidArchive: 'address',
  LinkInArchive: 'address',
  TooLarge: 'address',
  UnknownHostKey: 'address',
  NotARegistry: 'address',
  Unauthorized: 'secretRef',
  UntrustedCertificate: 'secretRef',
  InvalidRegistrySecret: 'secretRef',
  SecretNotUsed: 'secretRef',
  RefNotFound: 'ref',
  InvalidReference: 'ref',
  InvalidConstraint: 'ref',
  NoValidVersion: 'ref',
  PathNotFound: 'path',
  PathTooLarge: 'path',
  InvalidChart: 'path',
  SymlinkLeavesRepository: 'path',
  SymlinkLoop: 'path',
  BrokenSymlink: 'path',
  UnsafeFileName: 'path',
  SubmoduleNotSupported: 'path',
  LfsNotSupported: 'path',
};

/** The failure, its message beginning with the field to look at; one that names its field is left as it is. */
export function inSource(failure: Failure, fields: SourceFields): Failure {
  if (failure.message.startsWith('spec.')) return failure;
  const subject = subjects[failure.reason];
  const field = (subject === undefined ? undefined : fields[subject]) ?? fields.whole;
  return { ...failure, message: `${field}: ${failure.message}` };
}
