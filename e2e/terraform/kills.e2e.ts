import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { shellConfig } from '../../src/local/registry/image/config.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import { freePort, killRunners, LocalProcess } from '../../test/support/local-process.ts';
import { Shop } from '../../test/support/shop.ts';

const apiVersion = 'alustan.io/v1alpha1';
const kills = 20;
/** Objects are made one after the other, so that the kills meet every point of a deploy. */
const names = ['one', 'two', 'three', 'four', 'five'];

const deploy = `#!/bin/sh
echo "begins $ALUSTAN_NAME" >> "$STATE/log"
while [ ! -e "$STATE/$ALUSTAN_NAME" ]; do sleep 0.05; done
echo "ends $ALUSTAN_NAME" >> "$STATE/log"
`;

let dataDir: string;
let state: string;
let args: string[];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alustan-kills-'));
  state = await mkdtemp(join(tmpdir(), 'alustan-state-'));
  const ports = ['--api-port', `${await freePort()}`, '--http-port', `${await freePort()}`];
  args = [...ports, '--example', 'none', '--retry-delay', '50ms'];
});
afterAll(async () => {
  await killRunners(dataDir);
  for (const folder of [dataDir, state]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function prepare({ client, local }: Shop): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), 'alustan-image-'));
  await writeFile(join(source, 'deploy'), deploy);
  const config = shellConfig('/app', 'chmod +x $SCRIPT && exec $SCRIPT $ARGS');
  await pushImage({ registryUrl: local.endpoints.http, reference: 'infra:1.0.0', source, into: '/app', config });
  await rm(source, { recursive: true });
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kills' } });
}

function terraform(name: string): KubeObject {
  return {
    apiVersion,
    kind: 'Terraform',
    metadata: { name, namespace: 'kills' },
    spec: {
      variables: { STATE: state },
      scripts: { deploy: 'deploy' },
      containerRegistry: { imageName: 'localhost:7070/infra', semanticVersion: '1.x' },
    },
  };
}

it(`F4 E31 ${kills} SIGKILLs of controller, node and API during deploys: nothing is run twice`, {
  timeout: 600_000,
}, async () => {
  let made = 0;
  for (let life = 0; life < kills; life += 1) {
    const local = await LocalProcess.start(dataDir, args);
    const shop = await Shop.attach(dataDir);
    if (life === 0) await prepare(shop);
    if (life % 3 === 0 && made < names.length) {
      await shop.client.create(terraform(names[made] ?? ''));
      made += 1;
    }
    // In every other life a deploy may end; which of them is killed at what point differs from run to run.
    if (life % 2 === 1) await writeFile(join(state, names[(life - 1) / 2] ?? 'none'), '');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 800));
    await local.end('SIGKILL');
    await shop.detach();
  }
  for (const name of names) await writeFile(join(state, name), '');
  const local = await LocalProcess.start(dataDir, args);
  const shop = await Shop.attach(dataDir);
  for (const name of names) {
    const isDone = (object?: KubeObject) =>
      (object?.['status'] as { state?: string } | undefined)?.state === 'Completed';
    await shop.until('Terraform', name, isDone, apiVersion, 'kills');
  }
  const lines = (await readFile(join(state, 'log'), 'utf8')).trim().split('\n').sort();
  expect(lines).toEqual([...names.map((name) => `begins ${name}`), ...names.map((name) => `ends ${name}`)].sort());
  const jobs = (await shop.jobs('kills')).map((job) => job.replace(/-[0-9a-f]+-\d+$/, ''));
  expect(jobs.sort()).toEqual(names.map((name) => `${name}-deploy`).sort());
  await shop.detach();
  await local.end('SIGINT');
});
