import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TerraformStatus } from '../../src/api/terraform-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { publicAddress } from '../../src/local/mode/options.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import { Shop, type StartOptions } from './shop.ts';

type Json = Readonly<Record<string, unknown>>;
type Status = {
  state?: string;
  message?: string;
  observedGeneration?: number;
  conditions?: { type: string; reason: string }[];
};

/** The CMD of an image for Terraform objects. */
const cmd = ['/bin/sh', '-c', 'chmod +x $SCRIPT && exec $SCRIPT $ARGS'];
const apiVersion = 'alustan.io/v1alpha1';

type SetUp = Readonly<{
  /** Scripts of the image `infra:1.0.0`. */
  scripts: Readonly<Record<string, string>>;
  /** The namespaces are called so, with a number behind. */
  namespace: string;
  options?: StartOptions;
}>;

/** For the body of a `describe`: one infrastructure for its tests, and a namespace for each; both are handed over before it. */
export function eachInItsNamespace(
  { scripts, namespace, options }: SetUp,
  begin: (infra: Infrastructure, namespace: string) => void,
): void {
  let infra: Infrastructure;
  let count = 0;
  beforeAll(async () => {
    infra = await Infrastructure.start(options);
    await infra.push('infra', '1.0.0', scripts);
  }, 60_000);
  afterAll(() => infra.stop(), 30_000);
  beforeEach(async () => {
    count += 1;
    await infra.namespace(`${namespace}-${count}`);
    begin(infra, `${namespace}-${count}`);
  });
}

/**
 * Local mode with images whose scripts are plain shell, run as processes. `$STATE` is a folder that they share: what is
 * there is the infrastructure.
 */
export class Infrastructure {
  readonly shop: Shop;
  readonly state: string;

  private constructor(shop: Shop, state: string) {
    this.shop = shop;
    this.state = state;
  }

  static async start(options: StartOptions = {}): Promise<Infrastructure> {
    const state = await mkdtemp(join(tmpdir(), 'alustan-state-'));
    const shop = await Shop.start({ example: 'none', controller: { settings: { retryDelayMs: 50 } }, ...options });
    return new Infrastructure(shop, state);
  }

  async stop(): Promise<void> {
    await this.shop.stop();
    await rm(this.state, { recursive: true, force: true });
  }

  /** Puts an image of scripts into the registry, as `name:tag`. */
  async push(name: string, tag: string, scripts: Readonly<Record<string, string>>, command = cmd): Promise<void> {
    const source = await mkdtemp(join(tmpdir(), 'alustan-image-'));
    for (const [path, text] of Object.entries(scripts)) {
      await mkdir(dirname(join(source, 'app', path)), { recursive: true });
      await writeFile(join(source, 'app', path), `#!/bin/sh\n${text}\n`);
    }
    const registryUrl = this.shop.local.endpoints.http;
    await pushImage({ registryUrl, reference: `${name}:${tag}`, source, config: { cmd: command, workingDir: '/app' } });
    await rm(source, { recursive: true });
  }

  async namespace(name: string): Promise<void> {
    await this.shop.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** A Terraform that follows the 1.x tags of this image. */
  async create(namespace: string, name: string, image: string, spec: Json): Promise<void> {
    const containerRegistry = { imageName: `${publicAddress}/${image}`, semanticVersion: '1.x' };
    const { variables = {}, ...rest } = spec as { variables?: Json };
    const all = { STATE: this.state, ...variables };
    await this.shop.client.create({
      apiVersion,
      kind: 'Terraform',
      metadata: { namespace, name },
      spec: { containerRegistry, variables: all, scripts: { deploy: 'deploy', destroy: 'destroy' }, ...rest },
    });
  }

  async edit(namespace: string, name: string, spec: Json): Promise<void> {
    await this.shop.client.patch({ apiVersion, kind: 'Terraform', namespace, name }, 'merge', { spec });
  }

  async annotate(namespace: string, name: string, annotations: Json): Promise<void> {
    const body = { metadata: { annotations } };
    await this.shop.client.patch({ apiVersion, kind: 'Terraform', namespace, name }, 'merge', body);
  }

  /** A Service whose chart is nowhere. */
  async service(namespace: string, name: string, spec: Json, values: Json): Promise<void> {
    const source = { repoURL: `http://${publicAddress}/git/none.git`, values };
    const metadata = { namespace, name };
    await this.shop.client.create({ apiVersion, kind: 'Service', metadata, spec: { source, ...spec } });
  }

  remove(namespace: string, name: string, kind = 'Terraform'): Promise<void> {
    return this.shop.client.delete({ apiVersion, kind, namespace, name });
  }

  /** The Terraform once its status says so, as `state reason`, with these words. */
  reached(namespace: string, name: string, said: string, words = /./): Promise<KubeObject | undefined> {
    return this.until(namespace, 'Terraform', name, said, words);
  }

  /** The object once its status says so of its present generation. */
  until(
    namespace: string,
    kind: string,
    name: string,
    said: string | RegExp,
    words = /./,
  ): Promise<KubeObject | undefined> {
    const isReached = (object: KubeObject | undefined) => {
      const { state, message = '', observedGeneration, conditions = [] } = (object?.['status'] ?? {}) as Status;
      if (observedGeneration !== object?.metadata.generation || !words.test(message)) return false;
      const reason = conditions.find(({ type }) => type === 'Ready')?.reason;
      const is = `${state} ${reason}`;
      return typeof said === 'string' ? is === said : said.test(is);
    };
    return this.shop.until(kind, name, isReached, apiVersion, namespace);
  }

  /** The Terraform once its status is so. */
  seen(namespace: string, name: string, when: (status: TerraformStatus) => boolean): Promise<KubeObject | undefined> {
    const isSeen = (object: KubeObject | undefined) => when((object?.['status'] ?? {}) as TerraformStatus);
    return this.shop.until('Terraform', name, isSeen, apiVersion, namespace);
  }

  /** Deletes the pods of a Job, as a person would. */
  async killPod(namespace: string, job: string): Promise<void> {
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    const { items } = await this.shop.client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector });
    for (const { metadata } of items) {
      await this.shop.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name });
    }
  }

  has(file: string): Promise<boolean> {
    return access(join(this.state, file)).then(
      () => true,
      () => false,
    );
  }

  async touch(file: string): Promise<void> {
    await writeFile(join(this.state, file), '');
  }

  gone(namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.shop.until('Terraform', name, (object) => object === undefined, apiVersion, namespace);
  }

  /** Lines that the scripts have written into `$STATE/<file>`. */
  async lines(file: string): Promise<string[]> {
    const text = await readFile(join(this.state, file), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }
}
