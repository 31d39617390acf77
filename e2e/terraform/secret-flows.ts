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
    ...{ approval: 'manual', workspace: namespace, postDeploy: { script: 'aws-resource' } },
    // What a script is started with is seen by everybody: that of this one shows that the test would see it.
    scripts: { deploy: `deploy -var=mark=${mark}`, destroy: 'destroy -c', unlock: 'unlock' },
    variables: { TF_VAR_plain: values.plain, TF_VAR_token: '${workspace.TOKEN}' },
    env: [{ name: 'TF_VAR_own', valueFrom: { secretKeyRef: { name: 'own', key: 'value' } } }],
  });
  return { values: Object.values(values), mark };
}

/** All that is told of the runs: objects, and the logs of all that runs them. */
async function told(ground: Ground): Promise<string> {
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const logs = readdirSync(join(lane.dir, 'logs')).map((file) => readFileSync(join(lane.dir, 'logs', file), 'utf8'));
  return [
    ...[await ground.list('events'), await ground.list('pods'), await api.text(jobs), await ground.status('db')].map(
      (it) => JSON.stringify(it),
    ),
    ...logs,
    ...[readFileSync(lane.auditLogPath, 'utf8'), await controllerLog(-1)],
  ].join('\n');
}

/** No variable's value is seen by who looks at processes, objects and logs. */
export function secretFlows(): void {
  flow('E2 E33 no value of a variable is seen in ps, Jobs, events or logs', namespace, async (ground) => {
    const { values, mark } = await plant(ground);
    const secrets = values.flatMap(forms);
    const processes = watchProcesses([...secrets, mark]);
    const approve = async () => {
      const { plan } = await ground.reached('db', 'Progressing ApprovalRequired');
      await ground.annotate('db', { 'alustan.io/approve': plan?.hash });
    };
    ground.hold('db', 'middle');
    await approve();
    await ground.asked('db', 'plans', 'begins', 'middle');
    const { uid } = await ground.pod('db');
    const environments = [environmentOf('alustan', 'controller'), environmentOf('terraform', mark)];
    const names = fileNames();
    expect(killInPod(uid, 'terraform')).toBeGreaterThan(0);
    await eventually(async () => expect(ground.runs('db')).toContain('unlock'));
    ground.open('db', 'middle');
    await ground.reached('db', 'Completed Delivered');
    const { programs, found } = processes.stop();
    const holds = (text: string) => secrets.some((secret) => text.includes(secret));
    expect(new Set(ground.runs('db'))).toEqual(new Set(['plan', 'deploy', 'unlock', 'post-deploy']));
    expect([...programs]).toEqual(
      expect.arrayContaining(['kube-apiserver', 'kubelet', 'containerd-shim-runc-v2', 'runc', 'terraform']),
    );
    // What is looked for would be found: the mark in command lines, the values where they are meant to be.
    expect([...found].filter((line) => line.includes(mark)).length).toBeGreaterThan(0);
    expect([...found].filter(holds)).toEqual([]);
    expect(environments.map((all) => [all.length > 0, all.some(holds)])).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter(holds)).toEqual([]);
    const text = await told(ground);
    expect(text).toContain(`-var=mark=${mark}`);
    expect(text.split('\n').filter(holds)).toEqual([]);
    await api.json('DELETE', `/api/v1/namespaces/${controllerNamespace}/secrets/${namespace}`);
  });
}
