import { describe, expect, it } from 'vitest';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { factsOf, type Given, now, objectOf } from '../../../test/plan/service.ts';
import { planService } from './plan.ts';

/** Secret values in the shapes that tools echo them in. */
const canaries = {
  PLAIN: 'canary-plain-7fd1',
  LINES: 'canary-first-line\ncanary-second-line',
  SPECIAL: 'canary p:a#s$${x}&="<',
};
const echoed = Object.values(canaries).flatMap((value) => [
  ...value.split('\n'),
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  Buffer.from(value).toString('base64'),
]);
const all = echoed.join(' ');

const secret = { data: { ...canaries, kubeconfig: 'canary-kubeconfig' }, annotations: {} };
const values = { a: '${workspace.PLAIN} ${workspace.LINES}', b: ['${workspace.SPECIAL}'] };
const record = { name: 'j-1', purpose: 'deliver', attempt: 1, inputsHash: 'x', startedAt: 'T' };

/** Every way on which text from elsewhere comes into a plan. */
const ways: readonly (readonly [string, Given])[] = [
  ['a first delivery', {}],
  [
    'the words of a chart that does not render',
    { chart: { fails: { kind: 'invalid', reason: 'BadChart', message: all } } },
  ],
  [
    'the words of a registry',
    {
      spec: { containerRegistry: { imageName: 'a/b', semanticVersion: '*' } },
      tags: { fails: { kind: 'transient', reason: 'Down', message: all } },
    },
  ],
  [
    'the words of a registry about a tag',
    {
      spec: { containerRegistry: { imageName: 'a/b', semanticVersion: '*' } },
      tags: ['1.0.0'],
      pullable: { '1.0.0': { kind: 'transient', reason: 'Down', message: all } },
    },
  ],
  [
    'the words of a failed Job',
    { status: { job: record }, jobs: [{ name: 'j-1', inputsHash: 'x', phase: 'failed', message: all }] },
  ],
  ['the words of a Job that cannot start', { jobs: [{ name: 'j-1', inputsHash: 'x', message: all }] }],
  [
    'the last line of a container',
    { spec: { suspend: true }, release: {}, objects: [`Pod shop/a Failed: ${all.replaceAll('\n', ' ')}`] },
  ],
  [
    'the message of a dependency',
    {
      spec: { dependencies: { service: ['db'] } },
      peers: [{ name: 'db', state: 'Failed', message: all }],
    },
  ],
  ['a release that cannot be read', { release: { fails: { kind: 'invalid', reason: 'Forbidden', message: all } } }],
  [
    'a release that cannot be read in deletion',
    {
      metadata: { deletionTimestamp: 'T' },
      release: { fails: { kind: 'invalid', reason: 'Forbidden', message: all } },
    },
  ],
  ['a cluster that nobody knows', { spec: { source: { values: { ...values, cluster: '${workspace.PLAIN}' } } } }],
  ['too many values', { settings: { valuesLimitBytes: 1 } }],
];

describe('E2 values of `data` never appear in outcome, report or the names of actions', () => {
  it.each(ways)('%s', (_, way) => {
    const given: Given = { ...way, clusterSecrets: [secret], spec: { source: { values }, ...way.spec } };
    const plan = planService(objectOf(given), factsOf(given), now);
    const shown = JSON.stringify([plan.outcome, plan.report, plan.revision, describeActions(plan)]);
    for (const canary of echoed) expect(shown).not.toContain(canary);
    expect(shown).not.toContain('canary-');
  });

  it('they are in the values of the Job, which travel in a Secret, and are told to the runner as such', () => {
    const given: Given = { clusterSecrets: [secret], spec: { source: { values } } };
    const plan = planService(objectOf(given), factsOf(given), now);
    const action = plan.groups.flatMap((group) => group.actions).find((item) => item.type === 'run-job');
    expect(action).toMatchObject({
      job: { run: { values: { b: [canaries.SPECIAL] }, sensitive: Object.values(canaries) } },
    });
  });

  it('names of ours stand as they are, though a secret value equals a part of them', () => {
    const given: Given = {
      clusterSecrets: [{ data: { USER: 'alustan' }, annotations: {} }],
      spec: {
        source: { values: { image: 'alustan/backend', user: '${workspace.USER}' } },
        containerRegistry: { imageName: 'alustan/backend', semanticVersion: '*' },
      },
      tags: ['1.0.0'],
      pullable: { '1.0.0': true },
    };
    const plan = planService(objectOf(given), factsOf(given), now);
    expect(plan.report.job?.image).toBe('alustan/backend:1.0.0');
    expect(plan.outcome.message).not.toContain('alustan');
  });
});
