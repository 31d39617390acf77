import { badRequest } from '../errors.ts';
import { type ApiRequest, flag } from '../http/request.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export type WriteOptions = Readonly<{
  dryRun: boolean;
  /** Who owns the fields that are written. */
  fieldManager: string;
  fieldValidation: FieldValidation;
  force: boolean;
  /** Fields that stand twice in the body. */
  duplicates?: readonly string[];
}>;

/** Writes of the server itself. */
export const internalOptions: WriteOptions = {
  dryRun: false,
  fieldManager: 'kube-apiserver',
  fieldValidation: 'Ignore',
  force: false,
};

/** The query of a write. @throws 400 for values that the API does not know */
export function writeOptions(request: ApiRequest): WriteOptions {
  const { query } = request;
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== '' && dryRun !== 'All') {
    throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`);
  }
  return {
    dryRun: dryRun === 'All',
    fieldManager: query.get('fieldManager') ?? managerOf(request),
    fieldValidation: validationOf(query.get('fieldValidation')),
    force: flag(query, 'force'),
  };
}

function validationOf(value: string | null): FieldValidation {
  if (value === null || value === '') return 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
  );
}

/** The manager of a client that names none: its user agent up to the version. */
function managerOf(request: ApiRequest): string {
  return (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
}
