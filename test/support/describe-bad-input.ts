import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerOptions } from '../../src/controller/options.ts';
import { seedBadInput, WorkTree } from './bad-input.ts';
import { services } from './bad-input-rows.ts';
import { silence } from './fault-proxy.ts';
import { Lane, Lanes, reasonOf, statusOf } from './lane.ts';
import type { Shop } from './shop.ts';

const configMap = (name: string, word: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  word: ${word}\n`;

/** Each line stands for ten of the line before. */
const bomb = [
  ...['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: b', 'bomb:', '  - &a0 x'],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `  - &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]`),
].join('\n');

type ManifestRow = Readonly<{
  /** What is wrong with `b.yaml`, beside which `a.yaml` is right. */
  input: string;
  file: string | { link: string };
  reason: string;
  says: readonly string[];
  /** True where nothing of such a commit is read. */
  whole?: true;
}>;

const manifests: readonly ManifestRow[] = [
  {
    input: 'YAML with duplicate keys',
    file: `${configMap('b', 'one')}  word: two\n`,
    reason: 'ManifestProblems',
    says: ['1 manifest not applied', 'b.yaml:7: not valid YAML', 'unique'],
  },
  {
    input: 'YAML with a bomb of aliases',
    file: bomb,
    reason: 'ManifestProblems',
    says: ['1 manifest not applied', 'b.yaml:1: not valid YAML', 'alias'],
  },
  {
    input: 'a manifest that the API server refuses',
    file: configMap('b', '[a list]'),
    reason: 'Rejected',
    says: ['b.yaml:1: applying ConfigMap b', '.data.word: expected string'],
  },
  {
    input: 'a manifest that is a symlink out of the repository',
    file: { link: '../../../etc/passwd' },
    reason: 'SymlinkLeavesRepository',
    says: ['spec.path: ', 'the symlink "b.yaml"', 'outside the repository; remove it'],
    whole: true,
  },
];

/** How a controller is set for these tests: it looks often, gives up soon, and does not try again meanwhile. */
const settings: Partial<ControllerOptions> = {
  intervalMs: 1_000,
  timeouts: { headers: 3_000, body: 3_000 },
  settings: { retryDelayMs: 120_000 },
};

/** The table of bad input, against whatever cluster `open` gives. */
export function describeBadInput(open: (controller: Partial<ControllerOptions>) => Promise<Shop>): void {
  describe.concurrent('bad input is told, harms nothing that runs, and is over when it is mended', () => {
    let shop: Shop;
    let lanes: Lanes;

    beforeAll(async () => {
      shop = await open(settings);
      lanes = new Lanes(shop);
      await seedBadInput(shop.local.endpoints.http);
    }, 240_000);
    afterAll(async () => {
      await lanes?.close();
      await shop?.stop();
    }, 60_000);

    it.each(services)('$input', { timeout: 240_000 }, ({ make, state, reason, says, by = ['app'], jobs }) =>
      lanes.borrow(async (lane) => {
        const before = { workload: await lane.workload(), jobs: await shop.jobs(lane.name) };
        const mend = await make(lane);
        for (const name of by) {
          const object = await lane.settled(state, reason, name, 'Service', says(lane));
          expectReadable(statusOf(object).message ?? '', says(lane));
          expectReadable(String((await lane.event(reason, says(lane), name))['message']), says(lane));
        }
        expect((await lane.workload()).metadata.resourceVersion).toBe(before.workload.metadata.resourceVersion);
        if (jobs !== true) expect(await shop.jobs(lane.name)).toEqual(before.jobs);
        await mend();
        const mended = await lane.settled('Completed', 'Delivered');
        expect(reasonOf(mended)).toBe('Delivered');
        expect((await lane.workload())['data']).toEqual(before.workload['data']);
        if (jobs !== true) expect(await shop.jobs(lane.name)).toEqual(before.jobs);
      }),
    );

    it.each(manifests)(
      'of a Repository: $input',
      { timeout: 240_000 },
      async ({ input, file, reason, says, whole }) => {
        const name = input.replace(/\W+/g, '-').toLowerCase();
        const lane = await Lane.prepare(shop, name);
        const tree = await WorkTree.create(shop.local.endpoints.http, name);
        const word = async (object: string) => (await lane.workload(object))['data'];
        await tree.push({ 'a.yaml': configMap('a', 'one'), 'b.yaml': configMap('b', 'one') });
        await lane.repository('all', { url: `http://localhost:7070/git/${name}.git` });
        await lane.settled('Completed', 'Applied', 'all', 'Repository');
        const before = await lane.workload('b');

        await tree.push({ 'a.yaml': configMap('a', 'two'), 'b.yaml': file });
        const told = await lane.settled('Error', reason, 'all', 'Repository', says);
        expectReadable(statusOf(told).message ?? '', says);
        expectReadable(String((await lane.event(reason, says, 'all', 'Repository'))['message']), says);
        expect((await lane.workload('b')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
        expect(await word('a')).toEqual({ word: whole ? 'one' : 'two' });

        await tree.push({ 'b.yaml': configMap('b', 'three') });
        await lane.settled('Completed', 'Applied', 'all', 'Repository');
        await lane.until('v1', 'ConfigMap', (all) =>
          all.some((item) => isDeepStrictEqual(item['data'], { word: 'three' })),
        );
        expect(await word('a')).toEqual({ word: 'two' });
        await tree.remove();
        lane.close();
      },
    );

    it('of a Repository: a server that does not answer within its timeout', { timeout: 240_000 }, async () => {
      const lane = await Lane.prepare(shop, 'repository-timeout');
      const tree = await WorkTree.create(shop.local.endpoints.http, lane.name);
      await tree.push({ 'a.yaml': configMap('a', 'one') });
      lane.proxy.faults.set('/git/', silence);
      await lane.repository('all', { url: `http://${lane.proxy.host}/git/${lane.name}.git`, timeout: '2s' });
      const says = ['spec.timeout: http://', 'could not be read within 2s', 'give it more time'];
      const told = await lane.settled('Error', 'Timeout', 'all', 'Repository');
      expectReadable(statusOf(told).message ?? '', says);
      lane.proxy.faults.clear();
      await lane.settled('Completed', 'Applied', 'all', 'Repository');
      await tree.remove();
      lane.close();
    });
  });
}

/** As `kubectl describe` shows it: a few lines, no field named twice. */
function expectReadable(message: string, says: readonly string[]): void {
  for (const words of says) expect(message).toContain(words);
  expect(message.length, message).toBeLessThanOrEqual(320);
  expect(message).not.toMatch(/spec\.[\w.]+: spec\.|(\b[\w.]+: )\1/);
}
