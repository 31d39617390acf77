import type { ApiObject } from '../object.ts';
import type { PrinterColumn, ResourceType } from '../resources/resource-type.ts';
import { age } from './duration.ts';
import { evaluate } from './json-path.ts';
import { type Cell, column, type Printer } from './printer.ts';

const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The table of a custom resource: its name and what the CRD's additionalPrinterColumns say; by default its age. */
export function customPrinter(type: ResourceType): Printer {
  const declared = type.custom?.columns ?? [];
  const columns = declared.length === 0 ? [ageColumn] : declared;
  return {
    columns: [
      column('Name'),
      ...columns.map((one) => ({
        name: one.name,
        type: one.type,
        format: one.format ?? '',
        description:
          one.description ??
          (one === ageColumn
            ? column('Age').description
            : `Custom resource definition column (in JSONPath format): ${one.jsonPath}`),
        priority: one.priority ?? 0,
      })),
    ],
    cells: (object, now) => [object.metadata.name, ...columns.map((one) => cell(object, one, now))],
  };
}

function cell(object: ApiObject, of: PrinterColumn, now: Date): Cell {
  const found = evaluate(object, of.jsonPath);
  const first = found[0];
  if (of.type === 'date') return first === undefined ? '<unknown>' : age(first, now);
  if (found.length === 0 || first === null || first === undefined) return null;
  if (of.type === 'integer' || of.type === 'number') return typeof first === 'number' ? first : null;
  if (of.type === 'boolean') return typeof first === 'boolean' ? first : null;
  return found.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join('');
}
