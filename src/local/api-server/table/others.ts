import { type ApiObject, dig, listOf, mapsOf, numberOf, textOf } from '../object.ts';
import { formatSelector } from '../selectors/labels.ts';
import { ingressAddresses } from './core.ts';
import { joined, orNone, type Printer, printer } from './printer.ts';

const ingresses = printer(['Class', 'Hosts', 'Address', 'Ports', 'Age'], (object) => {
  const hosts = mapsOf(dig(object, 'spec', 'rules')).map((rule) => textOf(rule['host']) || '*');
  const shown = hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...` : hosts.join(',');
  return [
    orNone(textOf(dig(object, 'spec', 'ingressClassName'))),
    shown || '*',
    ingressAddresses(object).join(','),
    listOf(dig(object, 'spec', 'tls')).length > 0 ? '80, 443' : '80',
  ];
});

const bindings = printer(['Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'], (object) => {
  const subjects = mapsOf(object['subjects']);
  const named = (kind: string): string[] =>
    subjects.filter((one) => one['kind'] === kind).map((one) => textOf(one['name']));
  const accounts = subjects
    .filter((one) => one['kind'] === 'ServiceAccount')
    .map((one) => `${textOf(one['namespace'])}/${textOf(one['name'])}`);
  return [
    `${textOf(dig(object, 'roleRef', 'kind'))}/${textOf(dig(object, 'roleRef', 'name'))}`,
    named('User').join(', '),
    named('Group').join(', '),
    accounts.join(', '),
  ];
});

const endpointSlices = printer(['AddressType', 'Ports', 'Endpoints', 'Age'], (object) => {
  const ports = mapsOf(object['ports']).map((port) => String(port['port'] ?? '*'));
  const addresses = mapsOf(object['endpoints']).flatMap((one) => listOf(one['addresses']).map(textOf));
  return [
    textOf(object['addressType']),
    ports.length === 0 ? '<unset>' : ports.join(','),
    addresses.join(',') || '<unset>',
  ];
});

const apiServices = printer(['Service', 'Available', 'Age'], (object) => {
  const service = dig(object, 'spec', 'service');
  const available = mapsOf(dig(object, 'status', 'conditions')).find((one) => one['type'] === 'Available');
  return [
    service === undefined ? 'Local' : `${textOf(dig(service, 'namespace'))}/${textOf(dig(service, 'name'))}`,
    textOf(available?.['status']) || 'Unknown',
  ];
});

const storageClasses = printer(
  ['Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion:boolean', 'Age'],
  (object) => [
    textOf(object['provisioner']),
    textOf(object['reclaimPolicy']) || 'Delete',
    textOf(object['volumeBindingMode']) || 'Immediate',
    object['allowVolumeExpansion'] === true,
  ],
);

function webhookCount(object: ApiObject): number[] {
  return [listOf(object['webhooks']).length];
}

const createdAt = printer(['Created At:date'], (object) => [object.metadata.creationTimestamp ?? '']);

export const others: Record<string, Printer> = {
  'networking.k8s.io/ingresses': ingresses,
  'networking.k8s.io/ingressclasses': printer(['Controller', 'Parameters', 'Age'], (object) => [
    textOf(dig(object, 'spec', 'controller')),
    orNone(textOf(dig(object, 'spec', 'parameters', 'name'))),
  ]),
  'networking.k8s.io/networkpolicies': printer(['Pod-Selector', 'Age'], (object) => [
    orNone(formatSelector(dig(object, 'spec', 'podSelector'))),
  ]),
  'discovery.k8s.io/endpointslices': endpointSlices,
  'rbac.authorization.k8s.io/rolebindings': bindings,
  'rbac.authorization.k8s.io/clusterrolebindings': bindings,
  'coordination.k8s.io/leases': printer(['Holder', 'Age'], (object) => [textOf(dig(object, 'spec', 'holderIdentity'))]),
  'storage.k8s.io/storageclasses': storageClasses,
  'scheduling.k8s.io/priorityclasses': printer(
    ['Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'],
    (object) => [
      numberOf(object['value']),
      object['globalDefault'] === true,
      textOf(object['preemptionPolicy']) || 'PreemptLowerPriority',
    ],
  ),
  'apiregistration.k8s.io/apiservices': apiServices,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': printer(['Webhooks:integer', 'Age'], webhookCount),
  'admissionregistration.k8s.io/validatingwebhookconfigurations': printer(['Webhooks:integer', 'Age'], webhookCount),
  '/resourcequotas': printer(['Request', 'Limit', 'Age'], (object) => {
    const lines = (limits: boolean): string =>
      Object.entries((dig(object, 'status', 'hard') ?? {}) as Record<string, string>)
        .filter(([name]) => name.startsWith('limits.') === limits)
        .map(([name, hard]) => `${name}: ${String(dig(object, 'status', 'used', name) ?? 0)}/${hard}`)
        .sort()
        .join(', ');
    return [lines(false), lines(true)];
  }),
  '/persistentvolumes': printer(['Capacity', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass', 'Age'], (object) => [
    String(dig(object, 'spec', 'capacity', 'storage') ?? ''),
    textOf(dig(object, 'spec', 'persistentVolumeReclaimPolicy')),
    textOf(dig(object, 'status', 'phase')),
    joined([textOf(dig(object, 'spec', 'claimRef', 'name'))].filter((one) => one !== '')),
    textOf(dig(object, 'spec', 'storageClassName')),
  ]),
};

/** Built-in resources without columns of their own: the real server shows when they were made. */
export const byDefault: Printer = createdAt;
