import type { JsonObject } from '../schema/types.ts';
import { messageType, unknownType } from './descriptors.ts';
import { toJson } from './to-json.ts';

export type Decoded = { apiVersion: string; kind: string; object: JsonObject };

type Envelope = { typeMeta?: { apiVersion?: string; kind?: string }; raw?: Uint8Array };

const MAGIC = Buffer.from('k8s\0');

/** A body that is no protobuf envelope, or of a kind without descriptor. The real server answers 400. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Whether a body starts with the magic number of Kubernetes' protobuf encoding. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Decodes `application/vnd.kubernetes.protobuf`: the magic number, a runtime.Unknown, in it the object. The result is
 * the JSON that a Go client would have sent; `object` has apiVersion and kind too.
 * @throws ProtobufError naming what is wrong.
 */
export function decodeProtobuf(bytes: Uint8Array): Decoded {
  if (!isProtobuf(bytes)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const unknown = decode(unknownType(), bytes.subarray(MAGIC.length)) as Envelope;
  const { apiVersion = '', kind = '' } = unknown.typeMeta ?? {};
  const type = messageType(apiVersion, kind);
  if (!type) {
    throw new ProtobufError(
      `no protobuf descriptor for kind "${kind}" of apiVersion "${apiVersion}": send it as application/json`,
    );
  }
  const object = toJson(decode(type, unknown.raw ?? new Uint8Array()), type, fromExtension);
  return { apiVersion, kind, object: { apiVersion, kind, ...(object as JsonObject) } };
}

function decode(type: ReturnType<typeof unknownType>, bytes: Uint8Array): unknown {
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw new ProtobufError(`body is no valid ${type.name} message: ${(cause as Error).message}`, { cause });
  }
}

function fromExtension(bytes: Uint8Array): unknown {
  return isProtobuf(bytes) ? decodeProtobuf(bytes).object : JSON.parse(Buffer.from(bytes).toString());
}
