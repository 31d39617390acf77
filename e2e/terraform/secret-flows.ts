import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { controllerLog, controllerNamespace } from '../delivery/controller.ts';
import { eventually } from '../delivery/flow.ts';
import { api, lane } from '../delivery/lane.ts';
import { killInPod } from '../node/pod-processes.ts';
import { flow } from './flow.ts';
import type { Ground } from './ground.ts';
import { environmentOf, fileNames, watchProcesses } from './processes.ts';

const namespace = 'tf-secrets';

/** A word that stands nowhere else on this machine. */
const word = () => `x${randomBytes(9).toString('hex')}`;

/** What a value may look like where it should not be. */
const forms = (value: string) => [value, Buffer.from(value).toString('base64')];

/** One in the spec, one from the cluster Secret, one from a Secret of the namespace, each as a variable of Terraform. */
async function plant(ground: Ground) {
  const values = { plain: word(), workspace: word(), own: word() };
  const mark = word();
  const labels = { 'alustan.io/secret-type': 'cluster', environment: namespace };
  const secrets = [
    { metadata: { name: namespace, namespace: controllerNamespace, labels }, stringData: { TOKEN: values.workspace } },
    { metadata: { name: 'own', namespace }, stringData: { value: values.own } },
  ];
  for (const secret of secrets)
    await api.json('POST', `/api/v1/namespaces/${secret.metadata.namespace}/secrets`, secret);
  await ground.create('db', {
    approval: 'manual',
    workspace: namespace,
    postDeploy: { script: 'aws-resource' },
    // What a script is started with is seen by everybody: that of this one shows that the test would see it.
    scripts: { plan: `plan -var=mark=${mark}`, deploy: 'deploy', destroy: 'destroy -c', unlock: 'unlock' },
    variables: { TF_VAR_plain: values.plain, TF_VAR_token: '${workspace.TOKEN}' },
    env: [{ name: 'TF_VAR_own', valueFrom: { secretKeyRef: { name: 'own', key: 'value' } } }],
  });
  return { values: Object.values(values), mark };
}

/** All that is told of the runs, by what tells it: objects, and the logs of all that runs them. */
async function told(ground: Ground): Promise<[name: string, text: string][]> {
  const lists = { events: await ground.list('events'), pods: await ground.list('pods') };
  const jobs = await api.text(`/apis/batch/v1/namespaces/${namespace}/jobs`);
  const logs = readdirSync(join(lane.dir, 'logs')).map((file): [string, string] => [
    file,
    readFileSync(join(lane.dir, 'logs', file), 'utf8'),
  ]);
  const all = { ...lists, jobs, status: await ground.status('db') };
  return [
    ...Object.entries(all).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
    ...logs,
    ['audit.log', readFileSync(lane.auditLogPath, 'utf8')],
    ['the controller', await controllerLog(-1)],
  ];
}

/** No variable's value is seen by who looks at processes, objects and logs, while all kinds of runs go on. */
export function secretFlows(): void {
  flow('E2 E33 no value of a variable is seen in ps, Jobs, events or logs', namespace, async (ground) => {
    const { values, mark } = await plant(ground);
    const secrets = values.flatMap(forms);
    const holds = (text: string) => secrets.some((secret) => text.includes(secret));
    const processes = watchProcesses([...secrets, mark]);
    try {
      await runAll(ground, holds);
    } finally {
      processes.stop();
    }
    expect([...processes.programs]).toEqual(expect.arrayContaining(programs));
    // What is looked for would be found: the mark is.
    expect([...processes.found].filter((line) => line.includes(mark))).not.toEqual([]);
    expect([...processes.found].filter(holds)).toEqual([]);
    const texts = await told(ground);
    const mentioning = texts.filter(([, text]) => text.includes('db-deploy-')).map(([name]) => name);
    expect(mentioning).toEqual(expect.arrayContaining(tellers));
    const lines = texts.flatMap(([name, text]) => text.split('\n').map((line) => `${name}: ${line}`));
    expect(lines.filter(holds)).toEqual([]);
    await api.json('DELETE', `/api/v1/namespaces/${controllerNamespace}/secrets/${namespace}`);
  });
}

const programs = ['kube-apiserver', 'kubelet', 'containerd-shim-runc-v2', 'runc', 'terraform'];
const tellers = ['events', 'pods', 'jobs', 'containerd.log', 'kubelet.log', 'audit.log', 'the controller'];

/** Plans, deploys, is killed in the middle, unlocks, does it again and reads outputs; what processes have is looked at. */
async function runAll(ground: Ground, holds: (text: string) => boolean): Promise<void> {
  ground.hold('db', 'middle');
  const first = await approve(ground);
  await eventually(async () => expect(ground.told('db').at(-1)).toBe('middle'));
  const { uid } = await ground.pod('db');
  const environments = [environmentOf('alustan', 'controller'), environmentOf('terraform', 'apply')];
  // The values are where they are meant to be, and only there.
  expect(environments.map((all) => [all.length > 0, all.some(holds)])).toEqual([
    [true, false],
    [true, true],
  ]);
  const names = fileNames();
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(holds)).toEqual([]);
  expect(killInPod(uid, 'terraform')).toBeGreaterThan(0);
  await eventually(async () => expect(ground.runs('db')).toContain('unlock'));
  ground.open('db', 'middle');
  await approve(ground, first);
  await ground.reached('db', 'Completed Delivered');
  expect(new Set(ground.runs('db'))).toEqual(new Set(['plan', 'deploy', 'unlock', 'post-deploy']));
}

/** Approves the plan that waits, which is none of before; gives its hash. */
async function approve(ground: Ground, before = 'none'): Promise<string> {
  const { plan } = await ground.reached('db', 'Progressing ApprovalRequired', new RegExp(`^(?!.*approve=${before}$)`));
  await ground.annotate('db', { 'alustan.io/approve': plan?.hash });
  return plan?.hash ?? '';
}
