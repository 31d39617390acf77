import { type ApiObject, dig, type Json, listOf, mapOf, mapsOf, numberOf, textOf } from '../object.ts';
import { age } from './duration.ts';
import { joined, orNone, type Printer, printer } from './printer.ts';
import { pairs } from './workloads.ts';

const services = printer(['Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'], (service) => [
  textOf(dig(service, 'spec', 'type')),
  orNone(textOf(dig(service, 'spec', 'clusterIP'))),
  externalAddress(service),
  joined(mapsOf(dig(service, 'spec', 'ports')).map(portText)),
  orNone(pairs(dig(service, 'spec', 'selector'))),
]);

function portText(port: Json): string {
  const node = numberOf(port['nodePort']);
  return `${numberOf(port['port'])}${node > 0 ? `:${node}` : ''}/${textOf(port['protocol']) || 'TCP'}`;
}

function externalAddress(service: ApiObject): string {
  const type = dig(service, 'spec', 'type');
  if (type === 'ExternalName') return textOf(dig(service, 'spec', 'externalName'));
  const given = listOf(dig(service, 'spec', 'externalIPs')).map(textOf);
  if (type !== 'LoadBalancer') return joined(given);
  const all = [...ingressAddresses(service), ...given];
  return all.length === 0 ? '<pending>' : all.join(',');
}

export function ingressAddresses(object: ApiObject): string[] {
  return mapsOf(dig(object, 'status', 'loadBalancer', 'ingress')).map(
    (one) => textOf(one['ip']) || textOf(one['hostname']),
  );
}

const nodes = printer(
  [
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP*',
    'External-IP*',
    'OS-Image*',
    'Kernel-Version*',
    'Container-Runtime*',
  ],
  (node) => {
    const info = mapOf(dig(node, 'status', 'nodeInfo'));
    const unknown = '<unknown>';
    return [
      nodeStatus(node),
      joined(nodeRoles(node)),
      textOf(info['kubeletVersion']),
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      textOf(info['osImage']) || unknown,
      textOf(info['kernelVersion']) || unknown,
      textOf(info['containerRuntimeVersion']) || unknown,
    ];
  },
);

function nodeStatus(node: ApiObject): string {
  const ready = mapsOf(dig(node, 'status', 'conditions')).find((one) => one['type'] === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return dig(node, 'spec', 'unschedulable') === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: ApiObject): string[] {
  const prefix = 'node-role.kubernetes.io/';
  const labels = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return labels.map((key) => key.slice(prefix.length)).sort();
}

function nodeAddress(node: ApiObject, type: string): string {
  const found = mapsOf(dig(node, 'status', 'addresses')).find((one) => one['type'] === type);
  return orNone(textOf(found?.['address']));
}

/** Events have no leading name: their table begins with when they were seen last. */
const events: Printer = (() => {
  const base = printer(
    [
      'Last Seen',
      'Type',
      'Reason',
      'Object',
      'Subobject*',
      'Source*',
      'Message',
      'First Seen*',
      'Count:integer*',
      'Name*',
    ],
    () => [],
  );
  return { columns: base.columns.slice(1), cells: eventCells };
})();

function eventCells(event: ApiObject, now: Date): (string | number)[] {
  const series = dig(event, 'series', 'lastObservedTime');
  const first = event['firstTimestamp'] ?? event['eventTime'];
  const last = series ?? event['lastTimestamp'] ?? first;
  const about = mapOf(event['involvedObject']);
  const component = textOf(dig(event, 'source', 'component')) || textOf(event['reportingComponent']);
  const host = textOf(dig(event, 'source', 'host'));
  return [
    age(last, now),
    textOf(event['type']),
    textOf(event['reason']),
    `${textOf(about['kind']).toLowerCase()}/${textOf(about['name'])}`,
    textOf(about['fieldPath']),
    host === '' ? component : `${component}, ${host}`,
    textOf(event['message']).trim(),
    age(first, now),
    numberOf(dig(event, 'series', 'count')) || numberOf(event['count']) || 1,
    event.metadata.name,
  ];
}

const accessModes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(value: unknown): string {
  return listOf(value)
    .map((mode) => accessModes[textOf(mode)] ?? textOf(mode))
    .join(',');
}

const claims = printer(
  ['Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass', 'Age', 'VolumeMode*'],
  (claim) => {
    const volume = textOf(dig(claim, 'spec', 'volumeName'));
    return [
      claim.metadata.deletionTimestamp === undefined ? textOf(dig(claim, 'status', 'phase')) : 'Terminating',
      volume,
      volume === '' ? '' : String(dig(claim, 'status', 'capacity', 'storage') ?? ''),
      volume === '' ? '' : modes(dig(claim, 'status', 'accessModes')),
      textOf(dig(claim, 'spec', 'storageClassName')),
      textOf(dig(claim, 'spec', 'volumeAttributesClassName')) || '<unset>',
      textOf(dig(claim, 'spec', 'volumeMode')) || '<unset>',
    ];
  },
);

const endpoints = printer(['Endpoints', 'Age'], (object) => {
  const all = mapsOf(object['subsets']).flatMap((subset) =>
    mapsOf(subset['addresses']).flatMap((address) => {
      const ports = mapsOf(subset['ports']);
      const ip = textOf(address['ip']);
      return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${numberOf(port['port'])}`);
    }),
  );
  return [all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : joined(all)];
});

export const core: Record<string, Printer> = {
  '/services': services,
  '/nodes': nodes,
  '/events': events,
  '/endpoints': endpoints,
  '/persistentvolumeclaims': claims,
  '/namespaces': printer(['Status', 'Age'], (object) => [textOf(dig(object, 'status', 'phase'))]),
  '/configmaps': printer(['Data', 'Age'], (object) => [
    String(Object.keys(mapOf(object['data'])).length + Object.keys(mapOf(object['binaryData'])).length),
  ]),
  '/secrets': printer(['Type', 'Data:integer', 'Age'], (object) => [
    textOf(object['type']),
    Object.keys(mapOf(object['data'])).length,
  ]),
  '/serviceaccounts': printer(['Secrets:integer', 'Age'], (object) => [listOf(object['secrets']).length]),
};
