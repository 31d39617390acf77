import type { Call } from '../api.ts';
import { notAcceptable } from '../errors.ts';
import type { ApiRequest } from '../http/request.ts';
import type { ApiObject, Json } from '../object.ts';
import { decode } from '../resources/codec.ts';
import { type Listed, listText } from '../verbs/list.ts';
import { type IncludeObject, partial, printerOf, table } from './table.ts';

/** The form in which a client wants objects. */
export type Presentation = Readonly<{ as: 'json' | 'table' | 'partial'; contentType: string; include: IncludeObject }>;

const transforms: Record<string, Presentation['as']> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};

/**
 * Chooses by the Accept header: the first form that we can make.
 * @throws 406 when there is none, for example protobuf only
 */
export function negotiate(request: ApiRequest): Presentation {
  const include = includeOf(request.query.get('includeObject'));
  const accept = request.headers.accept ?? '*/*';
  for (const one of accept.split(',')) {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const given = new Map(parameters.map((part) => part.split('=') as [string, string]));
    const as = given.get('as');
    if (as === undefined) return { as: 'json', contentType: 'application/json', include };
    const known = transforms[as];
    if (known !== undefined && given.get('g') === 'meta.k8s.io' && given.get('v') === 'v1') {
      return { as: known, contentType: `application/json;as=${as};v=v1;g=meta.k8s.io`, include };
    }
  }
  throw notAcceptable('application/json');
}

function includeOf(value: string | null): IncludeObject {
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}

/** One object in the form asked for. */
export function presentObject(call: Call, presentation: Presentation, object: ApiObject): Json {
  if (presentation.as === 'json') return object;
  if (presentation.as === 'partial') return partial(object);
  const { resourceVersion } = object.metadata;
  return table(printerOf(call.type), [object], {
    metadata: { resourceVersion },
    include: presentation.include,
    columns: true,
    now: call.api.now(),
  });
}

/** A list in the form asked for, as text. */
export function presentList(call: Call, presentation: Presentation, listed: Listed): string {
  if (presentation.as === 'json') return listText(call, listed);
  const objects = listed.entries.map((entry) => decode(call.type, entry.value));
  const { metadata } = listed;
  if (presentation.as === 'partial') {
    const items = objects.map(partial);
    return JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items });
  }
  const options = { metadata, include: presentation.include, columns: true, now: call.api.now() };
  return JSON.stringify(table(printerOf(call.type), objects, options));
}

/** One object of a watch in the form asked for, from text to text. */
export function presentEvent(call: Call, presentation: Presentation, text: string, first: boolean): string {
  if (presentation.as === 'json') return text;
  const object = JSON.parse(text) as ApiObject;
  if (presentation.as === 'partial') return JSON.stringify(partial(object));
  return JSON.stringify(
    table(printerOf(call.type), [object], {
      metadata: { resourceVersion: object.metadata.resourceVersion },
      include: presentation.include,
      columns: first,
      now: call.api.now(),
    }),
  );
}
