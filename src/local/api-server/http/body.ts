import { parse as parseYaml } from 'yaml';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import { isMap, type Json } from '../object.ts';
import { decodeProtobuf, ProtobufError } from '../protobuf/index.ts';
import type { ApiRequest } from './request.ts';

const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

export function mediaType(request: ApiRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** The object in a request's body; undefined when the body is empty. @throws 400, 413, 415 */
export async function readObject(request: ApiRequest): Promise<Json | undefined> {
  return decodeObject(request, await request.body());
}

/** The same of bytes that were read already. */
export function decodeObject(request: ApiRequest, bytes: Buffer): Json | undefined {
  if (bytes.length === 0) return undefined;
  const value = decodeBody(mediaType(request), bytes);
  if (!isMap(value)) throw badRequest('the object provided is unrecognized (must be of type object)');
  return value;
}

function decodeBody(type: string, bytes: Buffer): unknown {
  if (type === '' || type === 'application/json' || type === '*/*') return parseJson(bytes);
  if (type === 'application/yaml') return parseYaml(bytes.toString());
  if (type === 'application/vnd.kubernetes.protobuf') return parseProtobuf(bytes);
  throw unsupportedMediaType(accepted);
}

function parseProtobuf(bytes: Buffer): unknown {
  try {
    return decodeProtobuf(bytes).object;
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message);
    throw error;
  }
}

/** @throws 400 with the parser's words */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : error}`);
  }
}
