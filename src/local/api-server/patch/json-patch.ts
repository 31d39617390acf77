import { applyPatch, type Operation } from 'rfc6902';
import { isObject, type JsonObject } from '../schema/types.ts';
import { PatchError } from './error.ts';

/** The real server refuses longer patches (`maxJSONPatchOperations`). */
const MAX_OPERATIONS = 10_000;
const VERBS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * RFC 6902. Returns a patched copy; `object` stays as it is.
 * @throws PatchError when an operation is no operation or does not apply; then nothing was changed.
 */
export function jsonPatch<T extends JsonObject>(object: T, ops: unknown): T {
  const operations = parse(ops);
  const copy = structuredClone(object);
  for (const operation of operations) {
    const [problem] = applyPatch(copy, [operation]);
    if (problem) throw new PatchError('unprocessable', explain(operation, problem.name));
  }
  return copy;
}

function parse(ops: unknown): Operation[] {
  if (!Array.isArray(ops)) {
    throw new PatchError('malformed', 'error decoding patch: a JSON patch is an array of operations');
  }
  if (ops.length > MAX_OPERATIONS) {
    throw new PatchError(
      'malformed',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${ops.length}`,
    );
  }
  for (const op of ops) {
    if (!isObject(op) || typeof op['op'] !== 'string' || !VERBS.has(op['op'])) {
      throw new PatchError('unprocessable', `Unexpected kind: ${isObject(op) ? (op['op'] ?? 'unknown') : 'unknown'}`);
    }
    if (typeof op['path'] !== 'string' || (op['path'] !== '' && !op['path'].startsWith('/'))) {
      throw new PatchError('unprocessable', `${op['op']} operation failed to decode path: missing value`);
    }
  }
  return ops as Operation[];
}

function explain(operation: Operation, error: string): string {
  const { op, path } = operation;
  if (op === 'test') return `testing value ${path} failed: test failed`;
  if (error === 'MissingError' && (op === 'move' || op === 'copy')) {
    return `${op} operation does not apply: doc is missing from path: ${operation.from}: missing value`;
  }
  if (op === 'replace') return `replace operation does not apply: doc is missing key: ${path}: missing value`;
  return `${op} operation does not apply: doc is missing path: "${path}": missing value`;
}
