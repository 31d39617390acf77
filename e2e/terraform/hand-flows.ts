import { expect } from 'vitest';
import { eventually } from '../delivery/flow.ts';
import { kubectl } from '../delivery/lane.ts';
import { killInPod } from '../node/pod-processes.ts';
import { flow } from './flow.ts';
import type { Ground } from './ground.ts';
import { Terminal } from './terminal.ts';
import { closed } from './windows.ts';

const deploy = ['begins', 'middle', 'ends'];

/** Looks for drift once more, and no further. */
async function look(ground: Ground): Promise<void> {
  const before = (await ground.status('db')).drift?.checkedAt;
  await ground.edit('db', { driftInterval: '1s' });
  await eventually(async () => {
    const { drift } = await ground.status('db');
    expect(drift?.checkedAt ?? before).not.toBe(before);
  });
  await ground.edit('db', { driftInterval: '1h' });
}

const deploys = (ground: Ground) => ground.runs('db').filter((purpose) => purpose === 'deploy').length;

/** What people do behind Alustan's back, and how it is put right. */
export function handFlows(): void {
  flow(
    'drift: what somebody has changed by hand is told, and nothing else; corrected in its window once that is wished',
    'tf-drift',
    async (ground) => {
      // What each deploy makes anew would always have drifted: there is no gate.
      await ground.create('db', { driftInterval: '1h', variables: { TF_VAR_gate: '' } });
      await ground.reached('db', 'Completed Delivered');
      const { ids } = (await ground.state('db')) ?? {};
      const person = new Terminal(ground, 'laptop');
      await person.deploy({ TF_VAR_region: 'elsewhere' });
      await person.ended('Succeeded');
      const changed = await ground.state('db');
      await look(ground);
      const resources = ['terraform_data.database', 'terraform_data.network'];
      const told = `\\(\\+0 ~2 −0: ${resources.join(', ')}\\), seen at \\S+; spec.drift: correct deploys again by itself`;
      const { drift, conditions } = await ground.reached(
        'db',
        'Completed Drifted',
        new RegExp(`it has drifted ${told}`),
      );
      expect(drift).toMatchObject({ drifted: true, summary: '+0 ~2 −0', resources });
      expect(conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Drifted' }));
      expect([deploys(ground), await ground.state('db')]).toEqual([1, changed]);

      await ground.edit('db', { drift: 'correct', window: [closed()] });
      await ground.reached('db', 'Completed Drifted', /its correction waits for its window, since \S+; it opens at/);
      expect(deploys(ground)).toBe(1);
      await ground.edit('db', { window: null });
      const corrected = await ground.reached('db', 'Completed Delivered');
      expect(corrected.drift).toMatchObject({ drifted: false, correctedAt: expect.any(String) });
      await look(ground);
      const { drift: last } = await ground.reached('db', 'Completed Delivered');
      expect(last).toMatchObject({ drifted: false });
      expect([deploys(ground), (await ground.state('db'))?.ids]).toEqual([2, ids]);
    },
  );

  flow(
    'F4 a lock of a laptop that died: a run says who has it, alustan.io/force-unlock frees it once, no run is disturbed',
    'tf-forced',
    async (ground) => {
      const force = async (value: string) =>
        ground.annotate('db', { 'alustan.io/force-unlock': value, 'alustan.io/reconcile': value });
      ground.hold('db', 'middle');
      await ground.create('db', { retries: 0, variables: { LOCK_TIMEOUT: '0s' } });
      await ground.asked('db', 'begins', 'middle');
      await force('one');
      await eventually(async () => expect((await ground.status('db')).lastHandledReconcile).toBe('one'));
      expect([ground.runs('db'), await ground.isLocked('db')]).toEqual([['deploy'], true]);
      ground.open('db', 'middle');
      await eventually(async () => expect(ground.runs('db')).toEqual(['deploy', 'unlock']));
      await ground.reached('db', 'Completed Delivered');
      const state = await ground.state('db');

      const person = new Terminal(ground, 'laptop');
      ground.hold('laptop', 'middle');
      const laptop = await person.deploy({}, true);
      await ground.asked('laptop', 'begins', 'middle');
      expect(killInPod(laptop, 'terraform')).toBeGreaterThan(0);
      await person.ended('Failed');
      await ground.edit('db', { variables: { TF_VAR_region: 'b' } });
      const { job } = await ground.reached('db', 'Failed RetriesExhausted', /Error acquiring the state lock/);
      expect(job?.tail?.join()).toMatch(/Who: +\S*@laptop/);
      expect([ground.runs('db'), await ground.isLocked('db')]).toEqual([['deploy', 'unlock', 'deploy'], true]);

      await force('two');
      await ground.reached('db', 'Completed Delivered');
      expect(ground.runs('db')).toEqual(['deploy', 'unlock', 'deploy', 'unlock', 'deploy']);
      const unlock = ground.jobsMade().filter((name) => name.startsWith('db-unlock-'))[1];
      expect(await kubectl('logs', '-n', ground.namespace, `job/${unlock}`)).toMatch(/freeing the lock \S+ of laptop/);
      expect(ground.told('db')).toEqual([...deploy, ...deploy]);
      expect((await ground.state('db'))?.ids).toEqual({ ...state?.ids, 'terraform_data.gated': expect.any(String) });
      expect((await ground.status('db')).lastHandledUnlock).toBe('two');
    },
  );
}
