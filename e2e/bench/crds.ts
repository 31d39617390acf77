import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Api } from '../cluster/api.ts';
import { until } from './watch.ts';

type Crd = { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } };

const folder = join(import.meta.dirname, '..', '..', 'charts', 'alustan', 'crds');
const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Installs the chart's CRDs and waits until the API server serves them. */
export async function installCrds(api: Api): Promise<void> {
  const files = globSync(join(folder, '*.yaml'));
  if (files.length === 0) throw new Error(`no CRDs in ${folder}: run "npm run generate"`);
  const crds = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Crd),
  );
  for (const crd of crds) {
    await api.json('POST', path, crd);
    let served = false;
    const look = setInterval(async () => {
      const found = await api.json<Crd>('GET', `${path}/${crd.metadata.name}`);
      served =
        found.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
    }, 50);
    await until(`the CRD ${crd.metadata.name}`, 20_000, () => served).finally(() => clearInterval(look));
  }
}
