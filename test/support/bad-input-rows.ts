import { brokenConnection, type Fault, htmlPage, silence, status } from './fault-proxy.ts';
import type { Lane } from './lane.ts';

type Json = Readonly<Record<string, unknown>>;
type Mend = () => Promise<unknown>;

export type Row = Readonly<{
  /** What is wrong. */
  input: string;
  /** Makes it wrong; returns how a user mends it. */
  make: (lane: Lane) => Promise<Mend>;
  state: 'Error' | 'Failed' | 'Progressing';
  reason: string;
  /** Object, field and remedy, as status and Event say them. */
  says: (lane: Lane) => readonly string[];
  /** Who tells it; default: the Service `app`. */
  by?: readonly string[];
  /** True where a Job must run: to see the fault, or after the remedy. */
  jobs?: true;
}>;

const both = (base: Json, change: Json): Json => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(change).map(([key, value]) => [key, isMap(value) ? both((base[key] ?? {}) as Json, value) : value]),
  ),
});

function isMap(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The Service's spec is changed, and changed back. */
const spec = (change: Json) => async (lane: Lane) => {
  await lane.setSpec(both(lane.spec(), change));
  return () => lane.setSpec(lane.spec());
};

/** A server that has answered well begins to answer like this, and recovers. */
const server = (path: '/git/' | '/v2/', fault: Fault) => async (lane: Lane) => {
  lane.proxy.faults.set(path, fault);
  return async () => lane.proxy.faults.delete(path);
};

const registry = (change: Json) => spec({ containerRegistry: change });
const source = (change: Json) => spec({ source: change });
const git = ({ proxy }: Lane) => `http://${proxy.host}/git/bad-input.git`;
const image = ({ proxy }: Lane) => `repository "bad-input/app" at registry ${proxy.host}`;
const denied = '{"errors":[{"code":"DENIED","message":"pull access denied"}]}';

/** Bad input of a Service, a row each. */
export const services: readonly Row[] = [
  {
    input: 'E23 not a semver constraint',
    make: registry({ semanticVersion: 'the newest, please' }),
    state: 'Error',
    reason: 'InvalidConstraint',
    says: () => ['spec.containerRegistry.semanticVersion: "the newest, please" is not', 'write for example ">=0.2.0"'],
  },
  {
    input: 'E22 unknown provider',
    make: registry({ provider: 'quay' }),
    state: 'Error',
    reason: 'UnknownProvider',
    says: () => ['spec.containerRegistry.provider: unknown container registry provider: quay', 'write docker or ghcr'],
  },
  {
    input: 'a maintenance window in a zone that nobody knows',
    make: spec({ window: [{ schedule: '0 22 * * 1-5', duration: '4h', timeZone: 'Europe/Nowhere' }] }),
    state: 'Error',
    reason: 'InvalidWindow',
    says: () => ['spec.window[0].timeZone: "Europe/Nowhere" is not a known time zone', 'write an IANA name'],
  },
  {
    input: 'E2 no cluster Secret',
    make: spec({ workspace: 'nowhere' }),
    state: 'Error',
    reason: 'NoClusterSecret',
    says: () => [
      'spec.workspace: no Secret in namespace "alustan"',
      'alustan.io/secret-type=cluster and environment=nowhere',
      'create one that holds WORD',
    ],
  },
  {
    input: 'E2 two cluster Secrets',
    make: async (lane) => {
      await lane.clusterSecret(`${lane.name}-too`, { WORD: 'other' });
      return () => lane.removeClusterSecret(`${lane.name}-too`);
    },
    state: 'Error',
    reason: 'AmbiguousClusterSecret',
    says: ({ name }) => [`the Secrets ${name}, ${name}-too in namespace "alustan"`, 'leave them on one'],
  },
  {
    input: 'E5 unresolved variables, all of them',
    make: async (lane) => {
      const values = { word: '${workspace.WORD}', words: [{ user: '${workspace.USER}:${workspace.PASSWORD}' }] };
      await lane.clusterSecret(lane.name, { OTHER: 'x' });
      await lane.setSpec(both(lane.spec(), { source: { values } }));
      return async () => {
        await lane.setSpec(lane.spec());
        await lane.clusterSecret(lane.name, { WORD: 'hello' });
      };
    },
    state: 'Error',
    reason: 'UnresolvedVariables',
    says: ({ name }) => [
      'spec.source.values: unresolved ${workspace.WORD}, ${workspace.USER}, ${workspace.PASSWORD}',
      'add the missing keys to the cluster Secret ',
      `/${name}, as annotations or in its data`,
    ],
  },
  {
    input: 'repository unreachable',
    make: source({ repoURL: 'http://127.0.0.1:1/bad-input.git' }),
    state: 'Error',
    reason: 'Unreachable',
    says: () => ['spec.source.repoURL: git repository http://127.0.0.1:1/bad-input.git', 'refused', 'check the URL'],
  },
  {
    input: 'repository whose server breaks connections',
    make: server('/git/', brokenConnection),
    state: 'Error',
    reason: 'Unreachable',
    says: (lane) => ['spec.source.repoURL: ', git(lane), 'check the URL and the network'],
  },
  {
    input: 'repository that wants a login (401)',
    make: server('/git/', status(401)),
    state: 'Error',
    reason: 'Unauthorized',
    says: (lane) => ['spec.source.secretRef: ', `${git(lane)} answered 401`, 'give credentials'],
  },
  {
    input: 'repository not found (404)',
    make: source({ repoURL: 'http://localhost:7070/git/none-such.git' }),
    state: 'Error',
    reason: 'RepositoryNotFound',
    says: () => ['spec.source.repoURL: git repository', 'none-such.git answered 404', 'check the URL'],
  },
  {
    input: 'repository that is not git',
    make: server('/git/', status(200, { 'content-type': 'text/plain' }, 'hello')),
    state: 'Error',
    reason: 'NotGit',
    says: (lane) => ['spec.source.repoURL: ', `${git(lane)} is not a git repository`, 'text/plain', 'give the URL'],
  },
  {
    input: 'repository that is an HTML page',
    make: server('/git/', htmlPage),
    state: 'Error',
    reason: 'NotGit',
    says: (lane) => [
      'spec.source.repoURL: ',
      `${git(lane)} is not a git repository`,
      'a web page (HTML)',
      'give the URL',
    ],
  },
  {
    input: 'repository whose server never answers',
    make: server('/git/', silence),
    state: 'Error',
    reason: 'Timeout',
    says: (lane) => ['spec.source.repoURL: ', `${git(lane)} did not answer in time`, 'check that the host is up'],
  },
  {
    input: 'unknown ref',
    make: source({ targetRevision: 'v9' }),
    state: 'Error',
    reason: 'RefNotFound',
    says: (lane) => ['spec.source.targetRevision', git(lane), 'no ref "v9"', 'it has for example', 'give a branch'],
  },
  {
    input: 'path missing',
    make: source({ path: 'charts/none' }),
    state: 'Error',
    reason: 'PathNotFound',
    says: (lane) => ['spec.source.path', git(lane), 'has no path "charts/none"', 'check the path'],
  },
  {
    input: 'no Chart.yaml',
    make: source({ path: 'charts/empty' }),
    state: 'Error',
    reason: 'InvalidChart',
    says: (lane) => [
      'spec.source.path: ',
      'path "charts/empty"',
      git(lane),
      'has no Chart.yaml',
      'give the path of the folder',
    ],
  },
  {
    input: 'a symlink that leaves the repository',
    make: source({ path: 'charts/link' }),
    state: 'Error',
    reason: 'SymlinkLeavesRepository',
    says: (lane) => [
      'spec.source.path: ',
      git(lane),
      'the symlink "charts/link/templates/outside.yaml"',
      'outside the repository; remove it',
    ],
  },
  {
    input: 'a file name with ..',
    make: source({ targetRevision: 'dots', path: '.' }),
    state: 'Error',
    reason: 'UnsafeFileName',
    says: (lane) => ['spec.source.path: ', git(lane), 'the file name ".." is refused', 'rename or remove it'],
  },
  {
    input: 'chart that does not render',
    make: source({ path: 'charts/no-render' }),
    state: 'Failed',
    reason: 'JobFailed',
    jobs: true,
    says: () => [
      'Job app-',
      'failed: helm: ',
      "can't evaluate field repository",
      'no-render/templates/all.yaml:1',
      'attempt 2 of 4',
    ],
  },
  {
    input: 'a Job that fails: an object that the API server refuses',
    make: source({ path: 'charts/refused' }),
    state: 'Failed',
    reason: 'JobFailed',
    jobs: true,
    says: () => ['Job app-', 'failed: helm: ', 'Not_A_Name', 'metadata.name: Invalid', 'attempt 2 of 4'],
  },
  {
    input: 'registry that wants a login (401)',
    make: server('/v2/', status(401, {}, denied)),
    state: 'Error',
    reason: 'Unauthorized',
    says: (lane) => [`spec.containerRegistry.secretRef: ${image(lane)}`, 'answered 401', 'give a login'],
  },
  {
    input: 'registry that knows no such image (404)',
    make: server('/v2/', status(404)),
    state: 'Error',
    reason: 'ImageNotFound',
    says: (lane) => [`spec.containerRegistry.imageName: ${image(lane)}`, 'answered 404', 'check the name'],
  },
  {
    input: 'registry that has had enough (429)',
    make: server('/v2/', status(429, { 'retry-after': '1' })),
    state: 'Error',
    reason: 'RateLimited',
    says: (lane) => [`spec.containerRegistry: ${image(lane)}`, '429', 'a login or a mirror raises the limit'],
  },
  {
    input: 'registry with a fault (500)',
    make: server('/v2/', status(500)),
    state: 'Error',
    reason: 'ServerError',
    says: (lane) => [`spec.containerRegistry: ${image(lane)}`, 'answered 500', 'tried again later'],
  },
  {
    input: 'registry that is an HTML page',
    make: server('/v2/', htmlPage),
    state: 'Error',
    reason: 'NotARegistry',
    says: (lane) => [`spec.containerRegistry.imageName: ${image(lane)}`, 'a web page (HTML)', 'check the host'],
  },
  {
    input: 'registry that never answers',
    make: server('/v2/', silence),
    state: 'Error',
    reason: 'Timeout',
    says: (lane) => [
      `spec.containerRegistry.imageName: ${image(lane)}`,
      'did not answer in time',
      'check that the host is up',
    ],
  },
  {
    input: 'E23 no tag satisfies',
    make: registry({ semanticVersion: '>=9.0.0' }),
    state: 'Error',
    reason: 'NoValidVersion',
    says: (lane) => [
      'spec.containerRegistry.semanticVersion: no valid versions found for constraint >=9.0.0',
      `the tags of ${lane.image}`,
      'push such a tag, or widen the constraint',
    ],
  },
  {
    input: 'E8 a dependency that is missing, of a changed Service',
    make: async (lane) => {
      const change = { source: { values: { word: 'changed' } }, dependencies: { service: ['ghost'] } };
      await lane.setSpec(both(lane.spec(), change));
      return async () => {
        await lane.service('ghost', lane.spec());
        await lane.settled('Completed', 'Delivered');
        await lane.setSpec(lane.spec());
        await lane.remove('Service', 'ghost');
        await lane.gone('Service', 'ghost');
      };
    },
    state: 'Progressing',
    reason: 'DependencyNotReady',
    jobs: true,
    says: () => ['Waiting for dependencies: ghost (Missing)', 'there is no Service ghost in this namespace: create it'],
  },
  {
    input: 'E8 a Service that depends on itself',
    make: spec({ dependencies: { service: ['app'] } }),
    state: 'Error',
    reason: 'DependencyCycle',
    says: () => ['spec.dependencies: app depends on itself', 'remove one of these dependencies'],
  },
  {
    input: 'E8 a cycle of three',
    make: async (lane) => {
      await lane.setSpec(both(lane.spec(), { dependencies: { service: ['b'] } }));
      await lane.service('b', both(lane.spec(), { dependencies: { service: ['c'] } }));
      await lane.service('c', both(lane.spec(), { dependencies: { service: ['app'] } }));
      return async () => {
        await Promise.all(['b', 'c'].map((name) => lane.remove('Service', name)));
        await lane.setSpec(lane.spec());
        await Promise.all(['b', 'c'].map((name) => lane.gone('Service', name)));
      };
    },
    state: 'Error',
    reason: 'DependencyCycle',
    by: ['app', 'b', 'c'],
    says: () => ['spec.dependencies: cycle ', 'b → c', 'remove one of these dependencies'],
  },
  {
    input: 'values of 2 MiB',
    make: async (lane) => {
      const bulk = { a: '${workspace.BULK}', b: '${workspace.BULK}', c: '${workspace.BULK}' };
      await lane.clusterSecret(lane.name, { WORD: 'hello', BULK: 'bulk'.repeat(700 * 256) });
      await lane.setSpec(both(lane.spec(), { source: { values: { bulk } } }));
      return async () => {
        await lane.setSpec(lane.spec());
        await lane.clusterSecret(lane.name, { WORD: 'hello' });
      };
    },
    state: 'Error',
    reason: 'ValuesTooLarge',
    says: () => ['spec.source.values: 2101 KiB of values, at most 850 KiB can be delivered', 'move bulk data'],
  },
  {
    input: 'two Services with one release name',
    make: async (lane) => {
      await lane.service('rival', both(lane.spec(), { source: { releaseName: 'app' } }));
      return async () => {
        await lane.remove('Service', 'rival');
        await lane.gone('Service', 'rival');
      };
    },
    state: 'Error',
    reason: 'ReleaseConflict',
    by: ['rival'],
    says: () => [
      'spec.source.releaseName: the release "app" belongs to the older Service app',
      'choose another name for it',
    ],
  },
];
