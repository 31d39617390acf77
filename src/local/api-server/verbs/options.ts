import { type Cause, invalid, unsupportedValue } from '../errors.ts';
import { type ApiRequest, flag } from '../http/request.ts';

type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export type Patch = Readonly<{ kind: 'json' | 'merge' | 'strategic' | 'apply'; body: unknown }>;

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

/** The query of a write. @throws 422 for values that the API does not know */
export function writeOptions(request: ApiRequest): WriteOptions {
  const { query } = request;
  const causes: Cause[] = [];
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) causes.push(unsupportedValue('dryRun', dryRun, ['All']));
  const validation = query.get('fieldValidation') ?? '';
  const fieldValidation = validations[validation];
  if (fieldValidation === undefined) {
    causes.push(unsupportedValue('fieldValidation', validation, Object.keys(validations)));
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', name: kindOf(request) }, '', causes);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: query.get('fieldManager') ?? managerOf(request),
    fieldValidation: fieldValidation ?? 'Warn',
    force: flag(query, 'force'),
  };
}

const validations: Record<string, FieldValidation> = { '': 'Warn', Ignore: 'Ignore', Strict: 'Strict', Warn: 'Warn' };

function kindOf({ method }: ApiRequest): string {
  return method === 'POST' ? 'CreateOptions' : method === 'PUT' ? 'UpdateOptions' : 'PatchOptions';
}

/** The manager of a client that names none: its user agent up to the version. */
function managerOf(request: ApiRequest): string {
  return (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
}
