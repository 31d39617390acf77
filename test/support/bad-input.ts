import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf, RegistryClient } from '../../src/local/registry/client/client.ts';

const exec = promisify(execFile);
const manifestType = 'application/vnd.oci.image.index.v1+json';

const chart = (name: string, template: string) => ({
  [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
  [`charts/${name}/templates/all.yaml`]: template,
});

const workload = [
  'apiVersion: v1',
  'kind: ConfigMap',
  'metadata:',
  '  name: {{ .Release.Name }}',
  'data:',
  '  image: {{ .Values.image }}',
  '  word: {{ .Values.word }}',
  '',
].join('\n');

/** Charts that can be delivered, and charts that cannot. */
const charts: Readonly<Record<string, string>> = {
  ...chart('good', workload),
  ...chart('no-render', '{{ .Values.image.repository.name }}\n'),
  ...chart('refused', `${workload}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not_A_Name\n`),
  'charts/empty/README.md': 'Nothing that Helm could install.\n',
  ...chart('link', workload),
};

/** A clone of a repository of the local git server, edited and pushed as users do. The first push makes the repository. */
export class WorkTree {
  readonly #folder: string;
  readonly #url: string;

  private constructor(folder: string, url: string) {
    this.#folder = folder;
    this.#url = url;
  }

  static async create(http: string, repository: string): Promise<WorkTree> {
    const folder = await mkdtemp(join(tmpdir(), 'alustan-work-'));
    const tree = new WorkTree(folder, `${http}/git/${repository}.git`);
    await tree.git('init', '-q', '-b', 'main');
    return tree;
  }

  async git(...args: string[]): Promise<string> {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'core.symlinks=true'];
    const { stdout } = await exec('git', ['-C', this.#folder, ...identity, ...args]);
    return stdout.trim();
  }

  /** Writes files (`{ link }`: a symlink) and pushes them. */
  async push(files: Readonly<Record<string, string | { link: string }>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.#folder, name);
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      if (typeof content === 'string') await writeFile(path, content);
      else await symlink(content.link, path);
    }
    await this.fill(async () => {});
  }

  /** Pushes what `write` leaves in the folder. */
  async fill(write: (folder: string) => Promise<void>): Promise<void> {
    await write(this.#folder);
    await this.git('add', '-A');
    await this.git('commit', '-qm', 'change');
    await this.git('push', '-qf', this.#url, 'HEAD:main');
  }

  /** A branch whose tree holds an entry that no checkout should ever make. */
  async pushEntry(name: string, branch: string): Promise<void> {
    const file = join(this.#folder, '.git', 'tree');
    const blob = await this.git('hash-object', '-w', join(this.#folder, '.git', 'HEAD'));
    await writeFile(file, Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]));
    const tree = await this.git('hash-object', '--literally', '-t', 'tree', '-w', file);
    const commit = await this.git('commit-tree', '-m', 'x', tree);
    await this.git('push', '-qf', this.#url, `${commit}:refs/heads/${branch}`);
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}

/** Puts the charts into `bad-input.git` and the image `bad-input/app:1.0.0` into the registry. */
export async function seedBadInput(http: string): Promise<void> {
  const tree = await WorkTree.create(http, 'bad-input');
  await tree.push({ ...charts, 'charts/link/templates/outside.yaml': { link: '../../../../../etc/passwd' } });
  await tree.pushEntry('..', 'dots');
  await tree.remove();
  await pushTag(http, '1.0.0');
}

/** Charts of one template each, into a repository of their own; `more` lies in each of them. */
export async function seedCharts(
  http: string,
  repository: string,
  templates: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const files = Object.entries(templates).flatMap(([name, template]) => [
    ...Object.entries(chart(name, template)),
    ...Object.entries(more).map(([path, text]) => [`charts/${name}/${path}`, text]),
  ]);
  const tree = await WorkTree.create(http, repository);
  await tree.push(Object.fromEntries(files));
  await tree.remove();
}

/** An image without content is enough for a registry to have its tag. */
export async function pushTag(http: string, tag: string): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, manifests: [] }));
  const manifest = { mediaType: manifestType, bytes, digest: digestOf(bytes) };
  await new RegistryClient(http).putManifest('bad-input/app', tag, manifest);
}
