import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellConfig } from '../../src/local/registry/image/config.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import type { Stage } from './stage.ts';

const scripts = {
  deploy: 'echo deployed',
  destroy: 'echo destroyed',
  outputs: `echo '{"outputs": {"queue": "amqp://queue"}}'`,
};

/** Puts an image of infrastructure into the registry that does nothing but say so. */
export async function pushScripts({ registry }: Stage, reference: string): Promise<void> {
  const source = mkdtempSync(join(tmpdir(), 'alustan-rights-'));
  try {
    for (const [name, text] of Object.entries(scripts)) writeFileSync(join(source, name), `#!/bin/sh\n${text}\n`);
    const config = shellConfig('/app', 'chmod +x $SCRIPT && exec $SCRIPT $ARGS');
    await pushImage({ registryUrl: registry.url, reference, source, into: '/app', config });
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

/** One that runs all of them, and publishes what they say. */
export const infrastructure = {
  workspace: 'staging',
  scripts: { deploy: 'deploy', destroy: 'destroy' },
  postDeploy: { script: 'outputs' },
  containerRegistry: { provider: 'docker', imageName: 'localhost:7070/infra', semanticVersion: '~1.0.0' },
  publish: { environment: 'staging', outputs: [{ name: 'QUEUE_URL', path: '.queue' }] },
};
