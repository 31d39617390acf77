import { expect, it } from 'vitest';
import { TerraformWorld } from '../../../test/plan/terraform-world.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';

// Pure computing, which takes longer where others compute, too.
it('E27 E30 E31 whatever crashes, lags or is deleted: one script at a time, and all that was begun is destroyed', {
  timeout: 60_000,
}, () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const world = new TerraformWorld(seededRandom(seed));
    for (let step = 0; step < 60 && !world.gone; step += 1) world.step();
    if (!world.gone) world.settle();
    expect(world.violations, `seed ${seed}:\n${world.log.join('\n')}`).toEqual([]);
  }
});
