import protobuf from 'protobufjs/minimal.js';
import type { ApiRequest } from '../http/request.ts';
import { sendJson } from '../http/respond.ts';
import { gitVersion } from './version.ts';

const title = 'Kubernetes';

/**
 * Serves OpenAPI v2, which kubectl still asks for before it sends a `kind: List`, and gives up without. It names no types:
 * what is sent is checked by the server, as everything is.
 */
export function serveSwagger(request: ApiRequest): boolean {
  if (request.path !== '/openapi/v2') return false;
  if (request.headers.accept?.includes('protobuf') === true) {
    request.response.setHeader('Content-Type', 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    request.response.end(asProtobuf());
    return true;
  }
  sendJson(request, 200, JSON.stringify({ swagger: '2.0', info: { title, version: gitVersion }, paths: {} }));
  return true;
}

/** A `Document` of https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto: `swagger` is 1, `info` 2, `paths` 8. */
function asProtobuf(): Uint8Array {
  const document = protobuf.Writer.create().uint32(0o12).string('2.0');
  document.uint32(0o22).fork().uint32(0o12).string(title).uint32(0o22).string(gitVersion).ldelim();
  return document.uint32(0o102).fork().ldelim().finish();
}
