/** A program built from a module of `modules/`, whose go.mod holds the version. */
export type Binary = Readonly<{
  name: string;
  module: 'etcd' | 'kubernetes' | 'init' | 'opentofu';
  package: string;
  ldflags: string;
}>;

const kubernetesVersion = 'v1.34.4';

// Without these the server says "v0.0.0-master", and clients warn of an unsupported version skew.
const kubernetesFlags = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=34',
].join(' ');

function kubernetes(name: string): Binary {
  return { name, module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, ldflags: kubernetesFlags };
}

export const binaries = {
  etcd: { name: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w' },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
  kubectl: kubernetes('kubectl'),
  tofu: {
    name: 'tofu',
    module: 'opentofu',
    package: 'github.com/opentofu/opentofu/cmd/tofu',
    ldflags: '-s -w -X github.com/opentofu/opentofu/version.dev=no',
  },
  init: { name: 'init', module: 'init', package: '.', ldflags: '-s -w' },
} as const satisfies Record<string, Binary>;

export type BinaryName = keyof typeof binaries;

export const controlPlane: readonly BinaryName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager'];

/** What a cluster with a node has besides. */
export const nodeBinaries: readonly BinaryName[] = ['kube-scheduler', 'kubelet', 'kube-proxy', 'init'];

/** A program that `go install` builds; `path` is below the tool folder of the cache. Helm 4 is the product's own pin. */
export type Tool = Readonly<{ module: string; version: string; package: string; path: string }>;

export const tools = {
  helm3: { module: 'helm.sh/helm/v3', version: 'v3.22.0', package: 'helm.sh/helm/v3/cmd/helm', path: 'helm3/helm' },
  crane: {
    module: 'github.com/google/go-containerregistry',
    version: 'v0.22.1',
    package: 'github.com/google/go-containerregistry/cmd/crane',
    path: 'crane',
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** Debian's packages that the node's root file system is made of, with all that they depend on. */
export const nodePackages = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'conntrack',
  'iproute2',
  'mount',
  'busybox-static',
] as const;
