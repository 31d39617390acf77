import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Context, uniqueName } from './context.ts';
import { normalise, parseTranscript, run } from './session.ts';

/** What a real kube-apiserver 1.34 made kubectl 1.32 print; the text is the test. */
const transcript = new URL('./kubectl.transcript', import.meta.url);
const manifests = new URL('./manifests.yaml', import.meta.url);

/** Stock kubectl against the subject, word for word. Left out, and said so, where there is no kubectl. */
export function kubectlContract(context: Context): void {
  const present = hasKubectl();
  if (!present)
    console.log('kubectl is not in PATH: its session against the API was not run (put kubectl 1.32 there to run it)');
  describe.runIf(present)('kubectl prints what it prints with a real API server', () => {
    const namespace = uniqueName('session');
    const cwd = mkdtempSync(join(tmpdir(), 'alustan-kubectl-'));

    beforeAll(async () => {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      await context.client.post('/api/v1/namespaces', body);
      for (const text of readFileSync(manifests, 'utf8').split(/^---\n/m)) {
        const name = /^# (\S+)\n/.exec(text)?.[1];
        if (name !== undefined) writeFileSync(join(cwd, name), text);
      }
      mkdirSync(join(cwd, 'home'));
    });

    afterAll(async () => {
      rmSync(cwd, { recursive: true, force: true });
      await context.client.send('DELETE', `/api/v1/namespaces/${namespace}`);
    });

    it.each(parseTranscript(readFileSync(transcript, 'utf8')))('$command', async ({ command, prints }) => {
      const settings = [`HOME=${join(cwd, 'home')}`, `KUBECONFIG=${context.running.kubeconfigPath}`];
      const named = command.replace(/^kubectl /, `kubectl -n ${namespace} `);
      const output = await run(named, { cwd, settings: [...settings, 'KUBE_EDITOR=sed -i s/before/after/'] });
      expect(normalise(output, namespace)).toBe(prints);
    });
  });
}

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
