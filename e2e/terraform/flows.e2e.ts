import { afterAll, beforeAll, describe } from 'vitest';
import { installController, uninstallController } from '../delivery/controller.ts';
import { controllerKills } from './controller-kills.ts';
import { deployFlows } from './deploy-flows.ts';
import { exampleFlows } from './example-flows.ts';
import { closeGate, openGate } from './flow.ts';
import { pushFlows } from './flows-image.ts';
import { handFlows } from './hand-flows.ts';
import { heldFlows } from './held-flows.ts';
import { killFlows, nodeFlows } from './interruption-flows.ts';
import { podFlows } from './pod-flows.ts';
import { secretFlows } from './secret-flows.ts';

/** On the only node there is, the controller has to stay where others are sent away. */
const stays = { tolerations: [{ operator: 'Exists' }], priorityClassName: 'system-cluster-critical' };

describe('Terraform objects in real pods, with a real Terraform and a controller in a pod', () => {
  beforeAll(async () => {
    await openGate();
    await pushFlows();
    await installController({ ...stays, rbac: { serviceAccounts: ['infrastructure'] } });
  }, 180_000);
  afterAll(async () => {
    await uninstallController();
    await closeGate();
  }, 60_000);

  deployFlows();
  killFlows();
  secretFlows();
  heldFlows();
  exampleFlows();
  handFlows();
  podFlows();
  nodeFlows();
  controllerKills();
});
