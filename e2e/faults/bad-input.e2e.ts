import { describeBadInput } from '../../test/support/describe-bad-input.ts';
import { Shop } from '../../test/support/shop.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import { startCrew } from './crew.ts';
import { openGround } from './ground.ts';

describeBadInput(async (controller) => {
  const { plane, dataDir, front, shop, stop } = await openGround();
  const { kubeconfigPath } = plane;
  const end = await startCrew({ kubeconfigPath, dataDir, front, helm: await ensureHelm4(), controller });
  const { local } = await shop();
  const close = async () => {
    await local.close();
    await end();
    await stop();
  };
  return Shop.on({ ...local, close }, dataDir);
});
