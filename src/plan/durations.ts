import type { Warning } from '../api/service-status.ts';
import { parseDuration, tellShort } from '../core/duration.ts';
import { type BaseDraft, warn } from './draft.ts';

/** A draft of a kind whose spec has durations. */
type Draft = BaseDraft & Readonly<{ object: Readonly<{ spec: object }> }>;

/** E35: what is no duration counts as absent. Whoever wrote `1d` would wait for ever for what it asks for, so it is told. */
export function warnOfDurations(...fields: readonly string[]): <D extends Draft>(draft: D) => D {
  return (draft) => {
    const told = durationWarnings(draft.object.spec, fields);
    return told.length === 0 ? draft : warn(draft, ...told);
  };
}

/** One for all of these fields, or none. */
export function durationWarnings(spec: object, fields: readonly string[]): Warning[] {
  const texts = fields.map((field) => [field, (spec as Readonly<Record<string, unknown>>)[field]] as const);
  const unread = texts.flatMap(([field, text]) => faultOf(field, text));
  const told = unread.length === 0 ? [] : [`${unread.join('; ')}: until then it counts as absent`];
  const all = [...told, ...texts.flatMap(([field, text]) => shortOf(field, text))];
  return all.length === 0 ? [] : [{ reason: 'InvalidDuration', message: all.join('; ') }];
}

function faultOf(field: string, text: unknown): string[] {
  if (typeof text !== 'string' || text.trim() === '') return [];
  const parsed = parseDuration(text);
  if (!parsed.ok) return [`spec.${field}: ${parsed.failure.message}`];
  return parsed.value > 0 ? [] : [`spec.${field}: "${text}" is not above zero; write a longer one`];
}

function shortOf(field: string, text: unknown): string[] {
  const parsed = parseDuration(String(text));
  const why = parsed.ok && parsed.value > 0 ? tellShort(String(text), parsed.value) : undefined;
  return why === undefined ? [] : [`spec.${field}: ${why}`];
}
