import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { ApiRequest } from './request.ts';

/** From this size on an answer is compressed for clients that take it (the real server's limit). */
const compressFrom = 128 * 1024;

/** Sends `text`, which is JSON, with the request's warnings. */
export function sendJson(request: ApiRequest, code: number, text: string, type = 'application/json'): void {
  const { response } = request;
  setWarnings(response, request.warnings);
  response.statusCode = code;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-cache, private');
  const accepts = request.headers['accept-encoding'];
  const zip = text.length >= compressFrom && accepts?.includes('gzip') === true;
  if (zip) {
    response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Vary', 'Accept-Encoding');
  }
  response.end(zip ? gzipSync(text, { level: 1 }) : text);
}

/** `299` warnings, which kubectl prints and client-go logs. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  const lines = [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(headerSafe(text))}`);
  response.setHeader('Warning', lines);
}

function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ');
}
