import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import protobuf from 'protobufjs/light.js';

const FILE = new URL('./descriptors.json.br', import.meta.url);
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown';

type Descriptors = { root: protobuf.Root; packages: Record<string, string> };
let loaded: Descriptors | undefined;

/** Made by scripts/generate-protobuf-descriptors.ts; unpacked on the first protobuf body, not at start. */
function descriptors(): Descriptors {
  if (!loaded) {
    const file = JSON.parse(brotliDecompressSync(readFileSync(FILE)).toString()) as {
      groups: Record<string, string>;
      root: protobuf.INamespace;
    };
    loaded = { root: protobuf.Root.fromJSON(file.root), packages: file.groups };
    loaded.root.resolveAll();
  }
  return loaded;
}

/** The envelope that every protobuf body is wrapped in. */
export function unknownType(): protobuf.Type {
  return descriptors().root.lookupType(UNKNOWN);
}

/**
 * The message of a kind. Kinds of meta/v1 (DeleteOptions, Status) belong to every group: found when the group itself
 * has no such kind. Undefined for kinds that have no descriptor, custom resources above all.
 */
export function messageType(apiVersion: string, kind: string): protobuf.Type | undefined {
  const { root, packages } = descriptors();
  for (const name of [packages[apiVersion], META]) {
    const found = name === undefined ? null : root.lookup(`${name}.${kind}`, [protobuf.Type]);
    if (found instanceof protobuf.Type) return found;
  }
  return undefined;
}
