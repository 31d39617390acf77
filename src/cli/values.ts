import { InvalidArgumentError } from 'commander';
import { type Address, parseAddress } from '../core/address.ts';
import { parseDuration } from '../core/duration.ts';
import { isObject, type JsonObject } from '../core/json.ts';

// What option values are read by; commander shows the words of an InvalidArgumentError and exit code 2 follows.

/** A TCP port; 0 lets the system choose. */
export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

export function positive(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Write a number above zero.');
}

/** A Go duration above zero, in milliseconds. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok && parsed.value > 0) return parsed.value;
  throw new InvalidArgumentError('Write a duration above zero, for example 30s, 5m or 1h30m.');
}

/** Where to listen; `none` is undefined. */
export function address(text: string): Address | undefined {
  const parsed = parseAddress(text);
  if (text === 'none' || parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Write :PORT, HOST:PORT or none.');
}

/** A map, written as JSON. */
export function json(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError('Write a map as JSON, for example {"team":"shop"}.');
}
