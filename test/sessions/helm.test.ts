import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normal } from '../../e2e/sessions/normal.ts';
import { parseTranscript } from '../../src/local/api-server/contract/session.ts';
import { openStage, type Stage } from '../../src/local/cluster/testing.ts';
import { ensureHelm, sharedCache } from '../../src/local/tools/helm.ts';

/** What Helm 4.3 printed on a real control plane, normalised; the text is the test. */
const transcript = readFileSync(join(import.meta.dirname, 'helm.transcript'), 'utf8');
const namespace = 'session';

describe('helm prints on local mode what it prints on a real cluster', () => {
  let stage: Stage;
  let helm: string;

  beforeAll(async () => {
    helm = await ensureHelm({ folders: [sharedCache(process.env)], env: process.env, progress: () => {} });
    stage = await openStage();
    await stage.controllers();
    await stage.node();
    await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }, 60_000);

  afterAll(() => stage.close());

  it.each(parseTranscript(transcript))(
    '$command',
    async ({ command, prints }) => {
      const patch = /^patch (\S+) (\S+) (.*)$/.exec(command);
      const printed =
        patch === null ? await run(command) : await change(patch[1] ?? '', patch[2] ?? '', patch[3] ?? '');
      expect(normal(printed)).toBe(prints);
    },
    60_000,
  );

  /** What somebody else does to an object of the release. */
  async function change(kind: string, name: string, body: string): Promise<string> {
    const object = { apiVersion: 'apps/v1', kind, namespace, name };
    await stage.client.patch(object, 'json', JSON.parse(body), { fieldManager: 'someone' });
    return '';
  }

  function run(command: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const env = { PATH: process.env['PATH'], KUBECONFIG: stage.kubeconfigPath, HOME: stage.dir, LANG: 'C' };
    const script = `helm() { "${helm}" -n ${namespace} "$@"; }\n{ ${command}; } 2>&1`;
    const options = { cwd: import.meta.dirname, env, timeout: 60_000, killSignal: 'SIGKILL' } as const;
    execFile('/bin/sh', ['-c', script], options, (_error, output) => resolve(output));
    return promise;
  }
});
