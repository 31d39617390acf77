import { expect } from 'vitest';
import { flow } from './flow.ts';
import { pushVersions } from './flows-image.ts';
import type { Ground } from './ground.ts';
import { closed, opened, opening } from './windows.ts';

const deploy = ['begins', 'middle', 'ends'];

/** What the spec holds back: `window` and `suspend`. */
export function heldFlows(): void {
  flow('E31 window: nothing begins outside of it, all that was begun goes on', 'tf-window', async (ground) => {
    const { window, at } = opening();
    await ground.create('timed', { window: [window] });
    const opens = new RegExp(
      `waits for its window, since \\S+; it opens at ${at.toISOString().slice(0, 19)}Z \\(UTC\\)`,
    );
    const { waiting } = await ground.reached('timed', 'Progressing OutsideWindow', opens);
    expect(waiting?.until).toBe(at.toISOString());
    await inAndOut(ground);
    const { job } = await ground.reached('timed', 'Completed Delivered');
    expect([ground.runs('timed'), Date.parse(job?.startedAt ?? '') >= at.getTime()]).toEqual([['deploy'], true]);
  });

  flow('suspend: nothing is run, what runs comes to its end; deletion is not held up', 'tf-suspend', async (ground) => {
    await ground.create('db', { suspend: true });
    await ground.reached('db', 'Progressing Suspended', /nothing is begun while it is true; set spec.suspend to false/);
    expect(ground.runs('db')).toEqual([]);
    ground.hold('db', 'middle');
    await ground.edit('db', { suspend: false });
    await ground.asked('db', 'begins', 'middle');
    await ground.begun('db');
    await ground.edit('db', { suspend: true });
    const goesOn =
      /spec.suspend: nothing is begun while it is true.*; the Job db-deploy-\S+ still runs, and is left to end/;
    await ground.reached('db', 'Progressing Suspended', goesOn);
    ground.open('db', 'middle');
    await ground.reached('db', 'Completed Suspended', /suspended, what \S+flows:1\.0\.0 has deployed stays/);
    await ground.edit('db', { variables: { TF_VAR_region: 'b' } });
    await ground.reached('db', 'Completed Suspended');
    expect([ground.runs('db'), ground.told('db')]).toEqual([['deploy'], deploy]);
    await ground.edit('db', { suspend: false });
    await ground.reached('db', 'Completed Delivered');
    await ground.edit('db', { suspend: true });
    await ground.reached('db', 'Completed Suspended');
    await ground.remove('db');
    await ground.gone('db');
    expect([ground.runs('db'), await ground.state('db')]).toEqual([['deploy', 'deploy', 'destroy'], undefined]);
  });
}

/** A window that is closed, opened, and closed again during a run; then what waits for it, and what goes on all the same. */
async function inAndOut(ground: Ground): Promise<void> {
  const { image, pushNewer } = await pushVersions('windowed');
  const containerRegistry = { imageName: image, semanticVersion: '1.x' };
  await ground.create('db', { window: [closed()], containerRegistry, interval: '1s' });
  await ground.reached('db', 'Progressing OutsideWindow', /windowed:1\.0\.0 waits for its window/);
  expect(ground.runs('db')).toEqual([]);
  ground.hold('db', 'middle');
  await ground.edit('db', { window: [opened] });
  await ground.asked('db', 'begins', 'middle');
  await ground.begun('db');
  await ground.edit('db', { window: [closed()] });
  await ground.reached('db', 'Progressing JobRunning');
  ground.open('db', 'middle');
  await ground.reached('db', 'Completed Delivered');

  await ground.edit('db', { variables: { TF_VAR_region: 'b' } });
  const change = /1\.0\.0 is deployed; a change of variables, environment or script waits for its window/;
  await ground.reached('db', 'Completed OutsideWindow', change);
  expect(ground.told('db')).toEqual(deploy);
  await ground.annotate('db', { 'alustan.io/outside-window': 'one' });
  await ground.reached('db', 'Completed Delivered');
  await pushNewer();
  // The word was for what waited then.
  const newer = /windowed:1\.0\.0 is deployed; \S+windowed:1\.1\.0 waits for its window/;
  const { conditions } = await ground.reached('db', 'Completed OutsideWindow', newer);
  expect(conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  await ground.remove('db');
  await ground.gone('db');
  expect([ground.runs('db'), ground.told('db')]).toEqual([
    ['deploy', 'deploy', 'destroy'],
    [...deploy, ...deploy, 'destroys'],
  ]);
}
