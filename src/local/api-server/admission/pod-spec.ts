import { dig, fallback, isMap, type Json, mapOf, mapsOf, textOf } from '../object.ts';

/** The defaults of a PodSpec, in Pods and in templates (k8s.io/kubernetes pkg/apis/core/v1/defaults.go). */
export function defaultPodSpec(spec: Json): void {
  fallback(spec, 'restartPolicy', 'Always');
  fallback(spec, 'terminationGracePeriodSeconds', 30);
  fallback(spec, 'dnsPolicy', 'ClusterFirst');
  fallback(spec, 'securityContext', {});
  fallback(spec, 'schedulerName', 'default-scheduler');
  // The old name of the field is kept equal to the new one.
  const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']);
  if (account !== '') Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const container of [...mapsOf(spec['initContainers']), ...mapsOf(spec['containers'])])
    defaultContainer(container);
  for (const volume of mapsOf(spec['volumes'])) defaultVolume(volume);
}

/** The defaults of a pod template; makes its spec when it is missing. */
export function defaultTemplate(template: unknown): void {
  if (!isMap(template)) return;
  fallback(template, 'metadata', {});
  if (isMap(template['spec'])) defaultPodSpec(template['spec']);
}

function defaultContainer(container: Json): void {
  fallback(container, 'imagePullPolicy', pullPolicy(textOf(container['image'])));
  fallback(container, 'terminationMessagePath', '/dev/termination-log');
  fallback(container, 'terminationMessagePolicy', 'File');
  fallback(container, 'resources', {});
  defaultRequests(mapOf(container['resources']));
  for (const port of mapsOf(container['ports'])) fallback(port, 'protocol', 'TCP');
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (isMap(container[field])) defaultProbe(container[field]);
  }
  for (const variable of mapsOf(container['env'])) defaultFieldRef(dig(variable, 'valueFrom', 'fieldRef'));
  for (const hook of Object.values(mapOf(container['lifecycle']))) defaultHttpGet(dig(hook, 'httpGet'));
}

/** Limits without requests are requests too. */
function defaultRequests(resources: Json): void {
  const limits = resources['limits'];
  if (isMap(limits)) resources['requests'] = { ...limits, ...mapOf(resources['requests']) };
}

/** Always for `latest` and for no tag; an image by digest is not pulled again. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const last = image.slice(image.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Json): void {
  fallback(probe, 'timeoutSeconds', 1);
  fallback(probe, 'periodSeconds', 10);
  fallback(probe, 'successThreshold', 1);
  fallback(probe, 'failureThreshold', 3);
  defaultHttpGet(probe['httpGet']);
  if (isMap(probe['grpc'])) fallback(probe['grpc'], 'service', '');
}

function defaultHttpGet(get: unknown): void {
  if (!isMap(get)) return;
  fallback(get, 'path', '/');
  fallback(get, 'scheme', 'HTTP');
}

function defaultFieldRef(ref: unknown): void {
  if (isMap(ref)) fallback(ref, 'apiVersion', 'v1');
}

/** 0644 in the decimal that JSON has. */
const fileMode = 420;

function defaultVolume(volume: Json): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume['emptyDir'] = {};
  for (const kind of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    if (isMap(volume[kind])) fallback(volume[kind], 'defaultMode', fileMode);
  }
  if (isMap(volume['hostPath'])) fallback(volume['hostPath'], 'type', '');
  const items = [...mapsOf(dig(volume, 'downwardAPI', 'items'))];
  for (const source of mapsOf(dig(volume, 'projected', 'sources'))) {
    const token = source['serviceAccountToken'];
    if (isMap(token)) fallback(token, 'expirationSeconds', 3600);
    items.push(...mapsOf(dig(source, 'downwardAPI', 'items')));
  }
  for (const item of items) defaultFieldRef(item['fieldRef']);
}

/** The quality-of-service class that a Pod's requests and limits give it. */
export function qosClass(spec: Json): string {
  const containers = [...mapsOf(spec['containers']), ...mapsOf(spec['initContainers'])];
  const all = containers.map((one) => ({
    limits: dig(one, 'resources', 'limits'),
    requests: dig(one, 'resources', 'requests'),
  }));
  const asks = all.some(({ limits, requests }) => size(limits) + size(requests) > 0);
  if (!asks) return 'BestEffort';
  const guaranteed = all.every(({ limits, requests }) =>
    ['cpu', 'memory'].every(
      (name) => dig(limits, name) !== undefined && String(dig(limits, name)) === String(dig(requests, name)),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function size(value: unknown): number {
  return Object.keys(mapOf(value)).length;
}
