import { expect, it } from 'vitest';
import { pod } from '../cluster/fixtures.ts';
import { Addresses } from './addresses.ts';

it('each pod gets an address of its own, the same each time, none that is in use', () => {
  const addresses = new Addresses();
  const old = pod('old', { status: { podIP: '10.244.0.3' } });
  const [a, b] = [pod('a'), pod('b')];
  const given = [a, b, a, old].map((one) => addresses.of(one, () => [old]));
  expect(given).toEqual(['10.244.0.2', '10.244.0.4', '10.244.0.2', '10.244.0.3']);
});

it('a pod on the network of its host has the address of the host', () => {
  expect(new Addresses().of(pod('h', { spec: { hostNetwork: true } }), () => [])).toBe('127.0.0.1');
});
