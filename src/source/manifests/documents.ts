import {
  type Document,
  isScalar,
  LineCounter,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  type Tags,
  visit,
} from 'yaml';

/** A document's value or what is wrong with it; `line` counts from 1 in the file. */
export type Found = Readonly<{ line: number; value: unknown }> | Readonly<{ line: number; message: string }>;

/** Nodes that aliases may stand for, all together: a bomb has millions, honest files tens. */
const maxAliases = 1000;

/**
 * The dialect of kubectl (sigs.k8s.io/yaml): YAML 1.1's booleans (`yes`, `on`) and octals (`012`), but dates and
 * sexagesimal numbers are text, and tags that JSON has no value for are not looked at.
 * Unlike there, keys stay as they are written: that the key `y` becomes "true" has never helped anyone.
 */
const asKubectl: ParseOptions & SchemaOptions & { version: '1.1' } = {
  version: '1.1',
  schema: 'yaml-1.1',
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !isForeign(tag.tag, tag.format)),
};

function isForeign(tag: string, format: string | undefined): boolean {
  return format === 'TIME' || /:(?:timestamp|binary|set|omap|pairs)$/.test(tag);
}

/** The documents of YAML text (JSON is YAML), one that holds nothing left out. Never throws. */
export function readDocuments(text: string): Found[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...asKubectl, lineCounter: lines, logLevel: 'silent', uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => readDocument(document, lines));
}

function readDocument(document: Document.Parsed, lines: LineCounter): Found[] {
  const [error] = document.errors;
  if (error !== undefined) {
    const [message = ''] = error.message.split(/ at line \d+|\n/);
    return [{ line: lines.linePos(error.pos[0]).line, message: `not valid YAML: ${message}` }];
  }
  visit(document, {
    Pair: (_index, { key }) => {
      if (isScalar(key) && typeof key.value !== 'string' && typeof key.value !== 'symbol')
        key.value = key.source ?? String(key.value);
    },
  });
  const line = lines.linePos(document.contents?.range?.[0] ?? document.range[0]).line;
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    return value === null || value === undefined ? [] : [{ line, value }];
  } catch (failed) {
    return [{ line, message: `not valid YAML: ${(failed as Error).message}` }];
  }
}
