import { type ApiObject, isMap, type Json } from '../object.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * `kubectl apply --server-side` on an object that was applied by the client: the server keeps the client's annotation
 * up to date, so that a later client-side apply knows what was applied last.
 */
export function syncLastApplied(object: ApiObject, configuration: ApiObject, manager: string): ApiObject {
  const annotations = object.metadata.annotations;
  if (manager !== 'kubectl' || annotations?.[annotation] === undefined) return object;
  const text = `${JSON.stringify(sorted(withoutAnnotation(configuration)))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [annotation]: text } } };
}

function withoutAnnotation(configuration: ApiObject): ApiObject {
  const { annotations, ...metadata } = configuration.metadata;
  const others = Object.entries(annotations ?? {}).filter(([key]) => key !== annotation);
  const kept = others.length === 0 ? {} : { annotations: Object.fromEntries(others) };
  return { ...configuration, metadata: { ...metadata, ...kept } };
}

/** Go writes maps in order of their keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const result: Json = {};
  for (const key of Object.keys(value).sort()) result[key] = sorted(value[key]);
  return result;
}
