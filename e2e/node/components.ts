import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Agent, request } from 'undici';
import { type Access, Api } from '../cluster/api.ts';
import type { Built } from '../cluster/build.ts';
import { exec } from '../cluster/exec.ts';
import { cgroupOf } from '../cluster/remains.ts';
import type { Component } from '../cluster/supervisor.ts';
import { containerdSocket, inNode, nodeName } from './files.ts';
import type { Network } from './network.ts';

/** The namespaces of the node and its init; everything else of the node is started inside and ends with it. */
export function nodeInit(dir: string, root: string, binaries: Built): Component {
  const script = join(import.meta.dirname, 'init.sh');
  return {
    name: 'node',
    binary: 'unshare',
    args: [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child', '--'],
      ...['/bin/sh', script, dir, root, dirname(binaries.kubelet), binaries.init, cgroupOf(dir)],
    ],
    readyWithinMs: 20_000,
    ready: async () => existsSync(join(dir, 'node.pid')),
  };
}

/** The id by which the machine knows the node's init. */
export function initPid(dir: string): number {
  return Number(readFileSync(join(dir, 'node.pid'), 'utf8'));
}

/** Arguments of `nsenter` that run a program of the node's root file system inside the node. */
function enter(dir: string): string[] {
  return ['--target', String(initPid(dir)), '--mount', '--net', '--pid', '--wd=/', '--'];
}

type Inside = Omit<Component, 'binary'>;

function inside(dir: string, { args, ...component }: Inside): Component {
  return { ...component, binary: 'nsenter', args: [...enter(dir), ...args] };
}

export function containerd(dir: string): Component {
  return inside(dir, {
    name: 'containerd',
    args: ['containerd', '--config', `${inNode}/containerd.toml`],
    readyWithinMs: 30_000,
    ready: async () => {
      await exec('nsenter', [...enter(dir), 'ctr', '--address', containerdSocket, 'version']);
      return true;
    },
  });
}

export function kubelet(dir: string, network: Network, access: Access): Component {
  return inside(dir, {
    name: 'kubelet',
    args: [
      '/kubernetes/kubelet',
      `--config=${inNode}/kubelet.json`,
      `--kubeconfig=${inNode}/kubelet.kubeconfig`,
      '--root-dir=/var/lib/kubelet',
      '--cert-dir=/var/lib/kubelet/pki',
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.node}`,
    ],
    readyWithinMs: 90_000,
    ready: () => isNodeReady(access),
  });
}

async function isNodeReady(access: Access): Promise<boolean> {
  type Node = { status: { conditions?: { type: string; status: string; message: string }[] } };
  const api = new Api(access, 1);
  try {
    const node = await api.json<Node>('GET', `/api/v1/nodes/${nodeName}`);
    const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') throw new Error(`the node is not Ready: ${ready?.message}`);
    return true;
  } finally {
    await api.close();
  }
}

export function kubeProxy(dir: string, network: Network): Component {
  return inside(dir, {
    name: 'kube-proxy',
    args: ['/kubernetes/kube-proxy', `--config=${inNode}/kube-proxy.json`],
    readyWithinMs: 60_000,
    ready: async () => (await request(`http://${network.node}:10256/healthz`)).statusCode === 200,
  });
}

export function scheduler(dir: string, binaries: Built, port: number): Component {
  return {
    name: 'kube-scheduler',
    binary: binaries['kube-scheduler'],
    args: [
      `--kubeconfig=${join(dir, 'kube-scheduler.kubeconfig')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(dir, 'scheduler')}`,
    ],
    readyWithinMs: 60_000,
    ready: () => isHealthy(`https://127.0.0.1:${port}/healthz`),
  };
}

/** Whatever its certificate: it made it itself. */
async function isHealthy(url: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    return (await request(url, { dispatcher })).statusCode === 200;
  } finally {
    await dispatcher.destroy();
  }
}
