import type { ApiObject, Json } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { core } from './core.ts';
import { customPrinter } from './custom.ts';
import { byDefault, others } from './others.ts';
import { pods } from './pods.ts';
import type { Printer } from './printer.ts';
import { workloads } from './workloads.ts';

const printers: Record<string, Printer> = { ...workloads, ...core, ...others, '/pods': pods };

/** How the objects of a resource are shown. */
export function printerOf(type: ResourceType): Printer {
  if (type.custom !== undefined) return customPrinter(type);
  return printers[`${type.group}/${type.plural}`] ?? byDefault;
}

/** What a row carries besides its cells: nothing, the metadata or the whole object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** A meta.k8s.io/v1 Table. Columns are left out of all but the first event of a watch. */
export function table(
  shown: Printer,
  objects: readonly ApiObject[],
  options: { metadata: Json; include: IncludeObject; columns: boolean; now: Date },
): Json {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.columns ? shown.columns : [],
    rows: objects.map((object) => ({
      cells: shown.cells(object, options.now),
      ...(options.include === 'None' ? {} : { object: options.include === 'Object' ? object : partial(object) }),
    })),
  };
}

/** An object's metadata alone. */
export function partial(object: ApiObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
