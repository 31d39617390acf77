import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/core/resource.ts';
import { helmVersion, sharedCache } from '../../src/local/tools/helm.ts';
import { root } from '../support/shop.ts';

const exec = promisify(execFile);
const helm = join(sharedCache(process.env), `helm-${helmVersion}`);
const chart = join(root, 'charts', 'alustan');

/** `helm lint`'s words. */
export async function lint(): Promise<string> {
  return (await exec(helm, ['lint', '--strict', chart])).stdout;
}

/** What Helm makes of the chart with these `--set`s (values as JSON), hooks and tests included. Rejects with its words. */
export async function render(
  values: Readonly<Record<string, unknown>> = {},
  { release = 'alustan', namespace = 'alustan' } = {},
): Promise<KubeObject[]> {
  const sets = Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
  const { stdout } = await exec(helm, ['template', release, chart, '--namespace', namespace, ...sets]);
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() ?? []) as KubeObject[]);
}

export function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

type Container = Readonly<{
  name: string;
  command: readonly string[];
  args: readonly string[];
  env?: readonly Readonly<{ name: string; value: string }>[];
  securityContext: unknown;
  resources: unknown;
}>;
export type PodSpec = Readonly<{
  containers: readonly Container[];
  securityContext: unknown;
  volumes?: readonly object[];
}>;

/** The pods that the objects make, by the name of their object. */
export function podSpecs(objects: readonly KubeObject[]): [name: string, spec: PodSpec][] {
  return objects.flatMap(({ kind, metadata, ...rest }) => {
    const spec = rest['spec'] as { template?: { spec: PodSpec } } & PodSpec;
    if (kind === 'Pod') return [[metadata.name, spec]];
    return kind === 'Job' || kind === 'Deployment' ? [[metadata.name, (spec.template ?? { spec }).spec]] : [];
  });
}
