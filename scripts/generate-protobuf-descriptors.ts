/**
 * Writes src/local/api-server/protobuf/descriptors.json.br from the `generated.proto` files of the Kubernetes Go
 * modules and the json tags of the Go types beside them (protobuf knows neither `omitempty` nor inlined structs).
 *
 *   go mod download k8s.io/api@v0.34.4 k8s.io/apimachinery@v0.34.4 k8s.io/apiextensions-apiserver@v0.34.4 k8s.io/kube-aggregator@v0.34.4
 *   node scripts/generate-protobuf-descriptors.ts "$(go env GOMODCACHE)" v0.34.4
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import protobuf from 'protobufjs';

const OUT = path.join(import.meta.dirname, '../src/local/api-server/protobuf/descriptors.json.br');
/** Packages of the groups that local mode serves. Their imports come along. */
const PACKAGES = [
  ...['core', 'apps', 'batch', 'autoscaling', 'networking', 'policy', 'rbac', 'authentication', 'authorization'],
  ...['coordination', 'events', 'discovery', 'storage', 'scheduling', 'node', 'admissionregistration', 'certificates'],
].map((name) => `k8s.io/api/${name}/v1`);
const MORE = [
  'k8s.io/api/autoscaling/v2',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1',
  'k8s.io/kube-aggregator/pkg/apis/apiregistration/v1',
  'k8s.io/apimachinery/pkg/apis/meta/v1',
];

type Tag = { json: string; inline: boolean; omitZero: boolean };

function main(cache: string, version: string): void {
  const folder = (name: string) => path.join(cache, name.replace(/^(k8s\.io\/[^/]+)/, `$1@${version}`));
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('/') ? target : folder(target));
  const packages = [...PACKAGES, ...MORE];
  root.loadSync(
    packages.map((name) => `${name}/generated.proto`),
    { keepCase: true },
  );
  root.resolveAll();
  const groups: Record<string, string> = {};
  for (const name of packages) {
    const group = /GroupName\s*=\s*"([^"]*)"/.exec(readGo(folder(name)))?.[1] ?? '';
    const version = path.basename(name);
    if (!name.endsWith('meta/v1')) groups[group === '' ? version : `${group}/${version}`] = protoName(name);
  }
  for (const name of new Set([...packages, 'k8s.io/apimachinery/pkg/runtime', 'k8s.io/apimachinery/pkg/util/intstr'])) {
    annotate(root, protoName(name), goTags(readGo(folder(name))));
  }
  const json = JSON.stringify({ version, groups, root: root.toJSON() });
  const bytes = brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(OUT, bytes);
  console.log(`${OUT}: ${json.length} bytes of JSON, ${bytes.length} compressed, ${Object.keys(groups).length} groups`);
}

/** The protobuf package of a Go package. */
function protoName(name: string): string {
  return name.replaceAll('/', '.').replaceAll('-', '_');
}

function readGo(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.go') && !/_test|^generated|^zz_/.test(name));
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
}

/** Struct name → protobuf field number → what the json tag says. */
function goTags(source: string): Map<string, Map<number, Tag>> {
  const structs = new Map<string, Map<number, Tag>>();
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const tags = new Map<number, Tag>();
    const field = /^\t(?:\w+\s+)?(\*?)[\w.[\]*]+\s*`json:"([^"]*)"[^`\n]*? protobuf:"\w+,(\d+)/gm;
    for (const [, pointer, json, id] of (body ?? '').matchAll(field)) {
      const [label = '', ...options] = (json ?? '').split(',');
      const omit = options.includes('omitempty') || options.includes('omitzero');
      tags.set(Number(id), { json: label, inline: options.includes('inline'), omitZero: omit && pointer === '' });
    }
    structs.set(name ?? '', tags);
  }
  return structs;
}

function annotate(root: protobuf.Root, namespace: string, structs: Map<string, Map<number, Tag>>): void {
  for (const type of (root.lookup(namespace) as protobuf.Namespace).nestedArray) {
    if (!(type instanceof protobuf.Type)) continue;
    for (const field of type.fieldsArray) {
      const tag = structs.get(type.name)?.get(field.id);
      if (tag?.inline) field.setOption('inline', true);
      if (tag?.omitZero) field.setOption('omitZero', true);
      if (tag && !tag.inline && tag.json !== field.name) field.setOption('json', tag.json);
    }
  }
}

const [cache, version] = process.argv.slice(2);
if (!cache || !version) throw new Error('usage: generate-protobuf-descriptors.ts GOMODCACHE VERSION');
main(cache, version);
