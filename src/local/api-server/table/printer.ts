import type { ApiObject, Json } from '../object.ts';
import { age } from './duration.ts';

/** A cell: what JSON can say, mostly text. */
export type Cell = string | number | boolean | null;

export type Column = Readonly<{ name: string; type: string; format: string; description: string; priority: number }>;

/** How a table shows the objects of one resource. */
export type Printer = Readonly<{
  columns: readonly Column[];
  cells: (object: ApiObject, now: Date) => Cell[];
}>;

const descriptions: Record<string, string> = {
  Name: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  Age: 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
};

/** A column from its short form: `Ready`, `Desired:integer`, `Selector*` (wide output only). */
export function column(short: string): Column {
  const wide = short.endsWith('*');
  const [name = '', type = 'string'] = (wide ? short.slice(0, -1) : short).split(':');
  const format = name === 'Name' ? 'name' : '';
  return { name, type, format, description: descriptions[name] ?? '', priority: wide ? 1 : 0 };
}

/** The first column is the name; `Age` is filled by its place in the list. */
export function printer(columns: string[], cells: (object: ApiObject, now: Date) => Cell[]): Printer {
  const names = ['Name', ...columns];
  const agePlace = names.indexOf('Age');
  return {
    columns: names.map(column),
    cells(object, now) {
      const row: Cell[] = [object.metadata.name, ...cells(object, now)];
      if (agePlace >= 0) row.splice(agePlace, 0, ageOf(object, now));
      return row;
    },
  };
}

function ageOf(object: { metadata: Json } | ApiObject, now: Date): string {
  return age(object.metadata['creationTimestamp' as keyof typeof object.metadata], now);
}

/** What kubectl prints for nothing. */
export const none = '<none>';

export function orNone(text: string): string {
  return text === '' ? none : text;
}

export function joined(values: readonly string[]): string {
  return orNone(values.join(','));
}
