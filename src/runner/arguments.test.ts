import { expect, it } from 'vitest';
import type { HelmInstall } from '../core/plan.ts';
import { installArguments, uninstallArguments } from './arguments.ts';

const job: Omit<HelmInstall, 'values'> = {
  type: 'helm-install',
  release: 'api',
  namespace: 'shop',
  chartDigest: 'sha256:1',
  sensitive: ['s3cret'],
  labels: { 'alustan.io/inputs': 'abc', team: 'x' },
  wait: false,
  conflicts: 'force',
  timeoutSeconds: 300,
};

const base =
  'upgrade api /tmp/chart.tgz --install --namespace shop --values /in/values.json --hide-notes --history-max 10 ' +
  '--timeout 300s --server-side=true --labels alustan.io/inputs=abc,team=x';

it.each([
  { title: 'git is the truth', run: job, also: '--wait=hookOnly --force-conflicts' },
  { title: 'conflicts: fail', run: { ...job, conflicts: 'fail' as const }, also: '--wait=hookOnly' },
  { title: 'post hooks see ready workloads', run: { ...job, wait: true }, also: '--wait=watcher --force-conflicts' },
])('E20 helm upgrade: $title', ({ run, also }) => {
  expect(installArguments(run, '/in', '/tmp/chart.tgz').join(' ')).toBe(`${base} ${also}`);
});

it('E10 helm uninstall counts a release that is gone as done', () => {
  const run = { type: 'helm-uninstall', release: 'api', namespace: 'shop', timeoutSeconds: 60 } as const;
  expect(uninstallArguments(run).join(' ')).toBe(
    'uninstall api --namespace shop --ignore-not-found --wait --timeout 60s',
  );
});
