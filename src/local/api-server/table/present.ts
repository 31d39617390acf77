import type { Call } from '../api.ts';

/** The form in which a client wants objects. */
export type Presentation = Readonly<{ as: 'json'; contentType: string }>;

export function negotiate(_accept: string | undefined): Presentation {
  return { as: 'json', contentType: 'application/json' };
}

/** One object of a watch in the form asked for. */
export function presentEvent(_call: Call, _presentation: Presentation, text: string, _first: boolean): string {
  return text;
}
