import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

type SourceMap = { sources: string[]; names: string[]; mappings: string };

/**
 * Leaves of a source map what leads to our own sources. Node reads the maps at each start, and other people's code would
 * be nine tenths of them.
 */
export function ownMap<Map extends SourceMap>(map: Map): Map {
  const own = map.sources.map((source) => !source.includes('node_modules/'));
  const lines = decode(map.mappings).map((line) => {
    const kept: SourceMapSegment[] = [];
    for (const segment of line) {
      const { 1: source } = segment;
      if (source !== undefined && own[source]) kept.push(segment);
      // Where foreign code begins the last mapping ends; one end for all that follows.
      else if (kept.at(-1)?.length !== 1) kept.push([segment[0]]);
    }
    return kept;
  });
  return { ...map, sources: map.sources.map((source, index) => (own[index] ? source : '')), mappings: encode(lines) };
}
