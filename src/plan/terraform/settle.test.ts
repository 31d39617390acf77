import { expect, it } from 'vitest';
import { planCase } from '../../../test/plan/terraform.ts';

it('lines of any length fit into a status, of which an API server takes 1.5 MB', () => {
  const line = `begin ${'\u0001'.repeat(256 * 1024)} end`;
  const { plan } = planCase({
    spec: { scripts: { unlock: 'unlock' } },
    status: { job: { name: 'a-1', purpose: 'deploy', attempt: 1, inputsHash: '$hash', startedAt: 'T' } },
    jobs: [{ name: 'a-1', phase: 'failed', end: { exitCode: 137, reason: 'OOMKilled', tail: [line] } }],
  });
  expect(plan.report.lock?.run?.tail?.[0]).toMatch(/^begin .* end$/s);
  expect(JSON.stringify(plan).length).toBeLessThan(100_000);
});
