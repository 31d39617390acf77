import { expect, it } from 'vitest';
import { ago, brief, meta } from '../cluster/fixtures.ts';
import { planNamespaceContents } from './service-accounts.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('default') };
const certificate = (ca: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta('kube-root-ca.crt'),
  data: { 'ca.crt': ca },
});

it.each<[string, Parameters<typeof planNamespaceContents>, string[]]>([
  [
    'a new one gets both',
    [namespace, undefined, undefined, 'CA'],
    ['create ServiceAccount default', 'create ConfigMap kube-root-ca.crt'],
  ],
  ['a full one nothing', [namespace, account, certificate('CA'), 'CA'], []],
  [
    'a changed authority is put right',
    [namespace, account, certificate('old'), 'CA'],
    ['patch ConfigMap kube-root-ca.crt'],
  ],
  [
    'one that goes nothing',
    [{ ...namespace, metadata: { name: 'shop', deletionTimestamp: ago(1) } }, undefined, undefined, 'CA'],
    [],
  ],
])('contents of a namespace: %s', (_case, parameters, expected) => {
  expect(brief(planNamespaceContents(...parameters))).toEqual(expected);
});
