import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEndpoints } from '../../src/local/mode/endpoints.ts';
import { findTool } from '../support/find-tool.ts';
import { LocalProcess } from '../support/local-process.ts';
import { root } from '../support/shop.ts';
import { withTerraform } from '../support/terraform.ts';

const exec = promisify(execFile);
const mark = '\u241e';

let dataDir: string;
let local: LocalProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alustan-walk-'));
  const env = withTerraform(process.env);
  local = await LocalProcess.start(dataDir, ['--api-port', '0', '--http-port', '0'], { env });
}, 120_000);
afterAll(async () => {
  await local.end('SIGINT');
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

/** A page's blocks marked `sh walk`, in order, as they stand but for the address and the folder of this test. */
async function blocks(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const { http } = await readEndpoints(dataDir);
  return [...text.matchAll(/^```sh walk\n(.*?)^```$/gms)].map(([, block = '']) =>
    block
      .replaceAll('http://localhost:7070', http)
      .replaceAll('$PWD/.alustan', dataDir)
      .replaceAll('.alustan/', `${dataDir}/`)
      .replaceAll('-- local ', `-- local --data-dir ${dataDir} `),
  );
}

/** Runs the blocks in one shell, as a reader does, and returns what each printed. */
async function walk(page: string): Promise<string[]> {
  const kubectl = findTool('kubectl');
  if (kubectl === undefined) throw new Error('the walk needs kubectl: install it, or run npm run e2e:build');
  const script = (await blocks(page)).join(`printf '${mark}'\n`);
  const path = [dirname(kubectl), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH: path, KUBECONFIG: '' };
  const { stdout } = await exec('bash', ['-e', '-c', script], { cwd: root, env }).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}\n${local.output}`);
  });
  return stdout.split(mark);
}

it('the five minutes of the README work line by line', { timeout: 240_000 }, async () => {
  const [delivered, infrastructure, newer, changed, larger, asked, previewed, deleted, ...more] =
    await walk('README.md');
  expect(delivered).toMatch(/staging-cluster +Completed +localhost:7070\/shop\/infrastructure:1\.0\.0 /);
  expect(delivered).toMatch(/api-service +Completed +localhost:7070\/shop\/api:0\.2\.0 /);
  expect(delivered).toMatch(/web-service +Completed +localhost:7070\/shop\/web:1\.1\.0 /);
  expect(infrastructure).toMatch(/^shop\.staging\.internal\nshop\.staging\.internal\n/);
  // Not the script for machines without Terraform.
  expect(infrastructure).toMatch(/Apply complete! Resources: 3 added/);
  expect(newer).toMatch(/^localhost:7070\/shop\/api:0\.3\.0$/m);
  // Three deliveries of api-service, one of web-service, before and after the infrastructure has changed.
  // The last of them may run still: its Deployment is ready a moment before Helm has ended.
  const jobs = (text = '', name: string) =>
    [...text.matchAll(new RegExp(`^(${name}-\\S+) +(Complete|Running) `, 'gm'))].map(([, job]) => job);
  for (const text of [changed, larger]) {
    expect(jobs(text, 'api-service')).toHaveLength(3);
    expect(jobs(text, 'web-service')).toHaveLength(1);
  }
  const deploys = [jobs(changed, 'staging-cluster-deploy'), jobs(larger, 'staging-cluster-deploy')].flat();
  expect(new Set(deploys).size).toBe(2);
  expect(asked).toMatch(/CLUSTER_NAME/);
  expect(previewed).toContain('{"preview-feat-x-1":["https://preview-feat-x-1-shop.localhost"]}');
  expect(previewed).toMatch(/`shop\/web-service` \*\*is (ready|being delivered)\*\*/);
  expect(deleted).toMatch(/web-service condition met$/m);
  expect(more).toEqual([]);
});

it('and so do the first runs of Terraform', { timeout: 240_000 }, async () => {
  const [scripts, approved, replaced, ...more] = await walk('docs/terraform.md');
  expect(scripts).toContain('{"host":"blue.internal"}');
  expect(approved).toMatch(/Plan: 3 to add, 0 to change, 0 to destroy/);
  expect(approved).toMatch(/infra condition met\n$/);
  expect(replaced).toMatch(/"infra" deleted/);
  expect(more).toEqual([]);
});
