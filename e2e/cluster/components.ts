import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { Api, isReady } from './api.ts';
import type { Built } from './build.ts';
import type { Component } from './supervisor.ts';

/** Everything that the command lines of one control plane share. */
export type Layout = Readonly<{
  dir: string;
  binaries: Built;
  etcdPort: number;
  etcdPeerPort: number;
  apiPort: number;
  adminToken: string;
  /** Writes one line of JSON a request to `audit.log`. */
  audit: boolean;
  /** Controllers that are not to run. */
  without: readonly string[];
  /** Where the API server listens. */
  address: string;
  serviceRange: string;
  /** Whether pods reach the API server there. */
  reachedByPods: boolean;
}>;

export function etcd(layout: Layout): Component {
  const url = `http://127.0.0.1:${layout.etcdPort}`;
  const peerUrl = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return {
    name: 'etcd',
    binary: layout.binaries.etcd,
    args: [
      '--name=e2e',
      `--data-dir=${join(layout.dir, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=e2e=${peerUrl}`,
      // Test data may be lost with the machine; a killed process loses nothing by it.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    readyWithinMs: 20_000,
    ready: async () => (await request(`${url}/health`)).statusCode === 200,
  };
}

export function apiServerUrl(layout: Layout): string {
  return `https://${layout.address}:${layout.apiPort}`;
}

/** The server makes its certificate itself; the file holds the certificate and the authority that signed it. */
export function caFile(dir: string): string {
  return join(dir, 'certs', 'apiserver.crt');
}

export function apiServer(layout: Layout): Component {
  const { dir } = layout;
  return {
    name: 'kube-apiserver',
    binary: layout.binaries['kube-apiserver'],
    args: [
      `--etcd-servers=http://127.0.0.1:${layout.etcdPort}`,
      `--bind-address=${layout.address}`,
      `--advertise-address=${layout.address}`,
      `--secure-port=${layout.apiPort}`,
      `--cert-dir=${join(dir, 'certs')}`,
      `--token-auth-file=${join(dir, 'tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--service-cluster-ip-range=${layout.serviceRange}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(dir, 'service-accounts.key')}`,
      `--service-account-signing-key-file=${join(dir, 'service-accounts.key')}`,
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      // A loopback address may not stand in the endpoints of the `kubernetes` Service.
      ...(layout.reachedByPods ? [] : ['--endpoint-reconciler-type=none']),
      '--profiling=false',
      '--shutdown-delay-duration=0s',
      ...(layout.audit ? auditFlags(dir) : []),
    ],
    readyWithinMs: 60_000,
    ready: () => isReady(apiServerUrl(layout), layout.adminToken, caFile(dir)),
  };
}

function auditFlags(dir: string): string[] {
  return [`--audit-log-path=${join(dir, 'audit.log')}`, `--audit-policy-file=${join(dir, 'audit-policy.yaml')}`];
}

export function controllerManager(layout: Layout): Component {
  const kubeconfig = join(layout.dir, 'kubeconfig');
  return {
    name: 'kube-controller-manager',
    binary: layout.binaries['kube-controller-manager'],
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--use-service-account-credentials',
      `--root-ca-file=${caFile(layout.dir)}`,
      `--service-account-private-key-file=${join(layout.dir, 'service-accounts.key')}`,
      `--controllers=${['*', ...layout.without.map((name) => `-${name}`)].join(',')}`,
      '--leader-elect=false',
      // No listener of its own: what it does is seen through the API.
      '--secure-port=0',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ],
    readyWithinMs: 60_000,
    ready: () => hasServiceAccounts(layout),
  };
}

/** The controllers run once they have given the default namespace its ServiceAccount and the root certificate. */
async function hasServiceAccounts(layout: Layout): Promise<boolean> {
  const caPem = readFileSync(caFile(layout.dir), 'utf8');
  const api = new Api({ url: apiServerUrl(layout), token: layout.adminToken, caPem }, 1);
  try {
    await api.json('GET', '/api/v1/namespaces/default/serviceaccounts/default');
    await api.json('GET', '/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
    return true;
  } finally {
    await api.close();
  }
}
