import { type Cause, invalidValue, required, unsupportedValue } from '../errors.ts';
import { type ApiObject, dig, fallback, isMap, type Json, mapOf, mapsOf, numberOf, put, textOf } from '../object.ts';
import type { AdmissionContext, Strategy } from './strategy.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const nodePorts = { first: 30_000, last: 32_767 };

export const services: Strategy = {
  create(service, context) {
    service['status'] = { loadBalancer: {} };
    this.defaults?.(service);
    allocate(service, context);
  },
  update(service, old, context) {
    const [spec, before] = [mapOf(service['spec']), mapOf(old['spec'])];
    // A client that leaves the address out keeps it.
    if (spec['type'] !== 'ExternalName' && !spec['clusterIP']) {
      put(service, ['spec', 'clusterIP'], before['clusterIP']);
      put(service, ['spec', 'clusterIPs'], before['clusterIPs']);
    }
    keepNodePorts(spec, before);
    this.defaults?.(service);
    allocate(service, context);
  },
  defaults(service) {
    const { spec } = service;
    if (isMap(spec)) defaultSpec(spec);
  },
  validate: serviceErrors,
};

function defaultSpec(spec: Json): void {
  fallback(spec, 'type', 'ClusterIP');
  fallback(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'ClientIP') {
    fallback(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
  }
  for (const port of mapsOf(spec['ports'])) {
    fallback(port, 'protocol', 'TCP');
    if (spec['type'] !== 'ExternalName') fallback(port, 'targetPort', port['port']);
  }
  if (spec['type'] === 'ExternalName') return;
  fallback(spec, 'internalTrafficPolicy', 'Cluster');
  if (!exposesNodePorts(spec)) return;
  fallback(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec['type'] === 'LoadBalancer') fallback(spec, 'allocateLoadBalancerNodePorts', true);
}

function exposesNodePorts(spec: Json): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
}

function keepNodePorts(spec: Json, before: Json): void {
  if (!exposesNodePorts(spec)) return;
  for (const port of mapsOf(spec['ports'])) {
    const same = mapsOf(before['ports']).find(
      (one) => one['port'] === port['port'] && one['protocol'] === (port['protocol'] ?? 'TCP'),
    );
    if (numberOf(same?.['nodePort']) > 0) fallback(port, 'nodePort', same?.['nodePort']);
  }
}

/** Gives the Service its address and node ports. */
function allocate(service: ApiObject, { api }: AdmissionContext): void {
  const { spec } = service;
  if (!isMap(spec) || spec['type'] === 'ExternalName') return;
  fallback(spec, 'ipFamilies', ['IPv4']);
  fallback(spec, 'ipFamilyPolicy', 'SingleStack');
  const others = api.store
    .list('/core/services/')
    .items.map((entry) => JSON.parse(entry.value) as ApiObject)
    .filter((one) => one.metadata.uid !== service.metadata.uid);
  const clusterIP = textOf(spec['clusterIP']) || freeAddress(others);
  Object.assign(spec, { clusterIP, clusterIPs: [clusterIP] });
  if (!exposesNodePorts(spec) || spec['allocateLoadBalancerNodePorts'] === false) return;
  const taken = new Set(
    others.flatMap((one) => mapsOf(dig(one, 'spec', 'ports')).map((port) => numberOf(port['nodePort']))),
  );
  for (const port of mapsOf(spec['ports'])) {
    if (numberOf(port['nodePort']) === 0) port['nodePort'] = freePort(taken);
    taken.add(numberOf(port['nodePort']));
  }
}

/** The first unused address of 10.96.0.0/16 after the API's own. */
function freeAddress(others: readonly ApiObject[]): string {
  const taken = new Set(others.map((one) => textOf(dig(one, 'spec', 'clusterIP'))));
  for (let number = 2; number < 65_535; number += 1) {
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  return 'None';
}

function freePort(taken: ReadonlySet<number>): number {
  for (let port = nodePorts.first; port <= nodePorts.last; port += 1) if (!taken.has(port)) return port;
  return 0;
}

function serviceErrors(service: ApiObject, old: ApiObject | undefined): Cause[] {
  const spec = mapOf(service['spec']);
  const causes: Cause[] = [];
  const type = textOf(spec['type']);
  if (!types.includes(type)) causes.push(unsupportedValue('spec.type', type, types));
  if (type === 'ExternalName') {
    if (textOf(spec['externalName']) === '') causes.push(required('spec.externalName'));
  } else if (mapsOf(spec['ports']).length === 0 && spec['clusterIP'] !== 'None') {
    causes.push(required('spec.ports'));
  }
  const before = textOf(dig(old, 'spec', 'clusterIP'));
  const wasExternal = dig(old, 'spec', 'type') === 'ExternalName' || type === 'ExternalName';
  if (old !== undefined && !wasExternal && before !== '' && spec['clusterIP'] !== before) {
    const addresses = spec['clusterIPs'];
    causes.push(invalidValue('spec.clusterIPs[0]', addresses, 'may not change once set'));
  }
  return [...causes, ...portErrors(spec)];
}

function portErrors(spec: Json): Cause[] {
  const ports = mapsOf(spec['ports']);
  return ports.flatMap((port, index) => {
    const number = numberOf(port['port']);
    const field = `spec.ports[${index}]`;
    const causes: Cause[] = [];
    if (number < 1 || number > 65_535) {
      causes.push(invalidValue(`${field}.port`, port['port'] ?? 0, 'must be between 1 and 65535, inclusive'));
    }
    if (ports.length > 1 && textOf(port['name']) === '') causes.push(required(`${field}.name`));
    return causes;
  });
}
