import { mkdir, rm, watch, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';
import { tagImage } from '../../src/local/registry/client/tag-image.ts';
import { exists, killRunners, processesOf } from './local-process.ts';
import type { Shop } from './shop.ts';

/**
 * A gate around the real Helm: while the file `before` (or `after`) lies beside it, it waits there and says so by
 * `at-before`. It is put where local mode looks for its Helm first.
 */
const gate = (helm: string) => `#!/bin/sh
wait_at() {
  [ -e "$0.$1" ] || return 0
  : > "$0.at-$1"
  while [ -e "$0.$1" ]; do sleep 0.05; done
}
wait_at before
"${helm}" "$@"
code=$?
wait_at after
exit $code
`;

/** A hook of the chart that waits for a tag of the registry: so Helm stands in the middle of an upgrade. */
const hook = `{{- with .Values.gate }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-hook
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: hook, image: localhost:7070/shop/api:{{ . }} }]
{{- end }}
`;

type Status = { state?: string; observedGeneration?: number; job?: { attempt?: number } };
const statusOf = (object: KubeObject | undefined): Status => object?.['status'] ?? {};
const job = { apiVersion: 'batch/v1', kind: 'Job' };

/** What is killed: all that works for the shop, on whatever cluster. */
export type CrashSubject = Readonly<{
  dataDir: string;
  /** Where the program is looked for that runs as Helm, and the real one. */
  helm: string;
  realHelm: string;
  /** Starts it, again on the same data; resolves when it works. */
  start(): Promise<Shop>;
  /** Ends what `start` has started, but no runner; resolves when it is over. */
  end(signal: NodeJS.Signals): Promise<unknown>;
  /** Kills it without waiting. */
  kill(): void;
  /** Kills the API server, where `end` leaves it alone; `start` waits for it to be back. */
  killApiServer?(): void;
  close(): Promise<void>;
}>;

/** The story of a delivery that is killed at seven points, told of whatever cluster `open` gives. */
export function describeCrash(open: () => Promise<CrashSubject>): void {
  describe('E20 kill -9 in the middle of a delivery, then a new start', { timeout: 240_000 }, () => {
    let subject: CrashSubject;
    let shop: Shop;
    /** Changes of the inputs of api-service so far; each sets as many replicas. */
    let changes = 2;

    const start = async (): Promise<void> => {
      shop = await subject.start();
    };
    const kill = async (what: string): Promise<void> => {
      await subject.end('SIGKILL');
      if (what === 'everything') await killRunners(subject.dataDir);
      await shop.detach();
    };
    const change = (tag = ''): Promise<void> => {
      changes += 1;
      const values = `replicas: ${changes}\n      gate: "${tag}"`;
      return shop.replace('services/api-service.yaml', /replicas: \d+(\n +gate: .*)?/, values);
    };
    const helm = (name: string) => `${subject.helm}${name}`;
    const closeGate = (name: string) => writeFile(helm(`.${name}`), '');
    const openGate = async (name: string): Promise<void> => {
      await rm(helm(`.at-${name}`), { force: true });
      await rm(helm(`.${name}`));
    };
    const helmIsAt = async (name: string): Promise<void> => {
      const changed = watch(dirname(helm('')));
      for await (const _ of changed) if (await exists(helm(`.at-${name}`))) return;
    };

    beforeAll(async () => {
      subject = await open();
      await mkdir(dirname(subject.helm), { recursive: true });
      await writeFile(subject.helm, gate(subject.realHelm), { mode: 0o755 });
      await start();
      await shop.state('web-service', 'Completed');
      await shop.push('shop', (folder) => writeFile(join(folder, 'charts/app/templates/hook.yaml'), hook));
      await Promise.all(['api-service', 'web-service'].map((name) => shop.state(name, 'Completed', /revision 2/)));
    }, 240_000);

    afterAll(async () => {
      await subject?.end('SIGINT');
      await killRunners(subject?.dataDir);
      await shop?.detach();
      await subject?.close();
    }, 60_000);

    /** What must be so after each of them. */
    const settled = async (attempts: readonly number[], died = ''): Promise<void> => {
      const states = new Set<string | undefined>();
      const service = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service' };
      const watching = new Reflector({ client: shop.client, type: service, namespace: 'shop' });
      watching.onChange((_, after) => void states.add(statusOf(after).state));
      watching.start();
      // The commit of the hook left the Service's own generation as it was.
      const delivered = await shop.until('Service', 'api-service', (object) => {
        const { state, observedGeneration } = statusOf(object);
        return state === 'Completed' && observedGeneration === changes - 1;
      });
      await watching.stop();
      // A run that was killed is nobody's failure; a Helm that lives on may fail by itself.
      if (died === 'everything') expect([...states]).not.toContain('Failed');
      expect(attempts).toContain(statusOf(delivered).job?.attempt);
      const selector = { namespace: 'shop', labelSelector: 'owner=helm,name=api-service' };
      const records = await shop.client.list({ apiVersion: 'v1', kind: 'Secret' }, selector);
      const labels = records.items.map(({ metadata }) => metadata.labels ?? {});
      const superseded = Array.from({ length: changes - 1 }, () => 'superseded');
      expect(labels.map((label) => label['status']).sort()).toEqual(['deployed', ...superseded]);
      expect(new Set(labels.map((label) => label['alustan.io/inputs'])).size).toBe(changes);
      expect(await shop.revisions('web-service')).toEqual(['1 superseded', '2 deployed']);
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api-service' };
      expect(await shop.client.get(deployment)).toMatchObject({ spec: { replicas: changes } });
      const jobs = await shop.client.list(job, { namespace: 'shop' });
      expect(jobs.items.filter((item) => (item['status'] as { active?: number })?.active)).toEqual([]);
    };

    it.each([
      { what: 'everything', attempts: [2] },
      { what: 'all but the runner', attempts: [1, 2] },
    ])('$what, while Helm waits for a hook: the release is left pending-upgrade', async ({ what, attempts }) => {
      const tag = `gate-${changes}`;
      await change(tag);
      const isActive = (item: KubeObject | undefined) => (item?.['status'] as { active?: number })?.active === 1;
      await shop.until('Job', 'api-service-hook', isActive, 'batch/v1');
      expect((await shop.revisions('api-service')).at(-1)).toMatch(/ pending-upgrade$/);
      await kill(what);
      await start();
      await tagImage({ registryUrl: shop.local.endpoints.http, repository: 'shop/api', from: '0.2.0', to: tag });
      await settled(attempts, what);
    });

    it('everything, before Helm has done anything', async () => {
      await closeGate('before');
      await change();
      await helmIsAt('before');
      await kill('everything');
      await openGate('before');
      await start();
      await settled([2], 'everything');
    });

    it('all but the runner, and Helm finds no API server', async () => {
      await closeGate('before');
      await change();
      await helmIsAt('before');
      subject.killApiServer?.();
      await kill('all but the runner');
      await openGate('before');
      await start();
      await settled([1, 2]);
    });

    it('all but the runner, and Helm goes on when it is back: the run is adopted', async () => {
      await closeGate('before');
      await change();
      await helmIsAt('before');
      await kill('all but the runner');
      await start();
      await openGate('before');
      await settled([1]);
    });

    it('everything, after Helm has deployed and before anybody was told: no second delivery', async () => {
      await closeGate('after');
      await change();
      await helmIsAt('after');
      await kill('everything');
      await openGate('after');
      await start();
      await settled([1], 'everything');
    });

    it('everything, when the Job has just been created', async () => {
      const before = new Set(await shop.jobs());
      const created = new Promise<void>((resolve) => {
        const jobs = new Reflector({ client: shop.client, type: job, namespace: 'shop' });
        jobs.onChange((_, after) => {
          if (after === undefined || before.has(after.metadata.name)) return;
          subject.kill();
          resolve(jobs.stop());
        });
        jobs.start();
      });
      await change();
      await created;
      await kill('everything');
      await start();
      await settled([1, 2], 'everything');
    });

    it('leaves no process when it is stopped at last', async () => {
      await subject.end('SIGINT');
      expect(await processesOf(subject.dataDir)).toEqual([]);
    });
  });
}
