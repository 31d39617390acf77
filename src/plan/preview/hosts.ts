import { isObject } from '../../core/json.ts';
import type { Values } from './values.ts';

type Rewrite = (host: string) => string;

/**
 * E14: writes the hosts of a preview into `ingress`, at any map depth: `ingress.hosts[].host`, hosts as plain strings,
 * and `ingress.tls[].hosts[]`. Everything else stays.
 */
export function rewriteHosts(values: Values, rewrite: Rewrite): Values {
  return mapEntries(values, (value, key) => {
    if (!isObject(value)) return value;
    const deeper = rewriteHosts(value, rewrite);
    return key === 'ingress' ? rewriteIngress(deeper, rewrite) : deeper;
  });
}

function rewriteIngress(ingress: Values, rewrite: Rewrite): Values {
  return mapEntries(ingress, (value, key) => {
    if (!Array.isArray(value)) return value;
    if (key === 'hosts') return value.map((item) => rewriteHost(item, rewrite));
    return key === 'tls' ? value.map((item) => rewriteTls(item, rewrite)) : value;
  });
}

function rewriteHost(item: unknown, rewrite: Rewrite): unknown {
  if (typeof item === 'string') return rewrite(item);
  return isObject(item) && typeof item['host'] === 'string' ? { ...item, host: rewrite(item['host']) } : item;
}

function rewriteTls(item: unknown, rewrite: Rewrite): unknown {
  if (!isObject(item) || !Array.isArray(item['hosts'])) return item;
  return { ...item, hosts: item['hosts'].map((host) => (typeof host === 'string' ? rewrite(host) : host)) };
}

/** E17: where the delivery of these values answers; https for hosts that TLS covers. Sorted, each once. */
export function urlsOf(values: Values): string[] {
  const ingresses = ingressesOf(values);
  const urls = ingresses.flatMap((ingress) => {
    const covered = listOf(ingress['tls']).flatMap((item) => (isObject(item) ? listOf(item['hosts']) : []));
    return hostsOf(ingress).map((host) => `${isCovered(host, covered) ? 'https' : 'http'}://${host}`);
  });
  return [...new Set(urls)].sort();
}

function ingressesOf(values: Values): Values[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (!isObject(value)) return [];
    const own = key === 'ingress' && value['enabled'] !== false ? [value] : [];
    return [...own, ...ingressesOf(value)];
  });
}

/** Hosts that could be opened: not those that wait for a value of the workspace. */
function hostsOf(ingress: Values): string[] {
  const hosts = listOf(ingress['hosts']).map((item) => (isObject(item) ? item['host'] : item));
  return hosts.filter((host): host is string => typeof host === 'string' && /^[a-z0-9.-]+$/.test(host));
}

function isCovered(host: string, covered: readonly unknown[]): boolean {
  return covered.includes(host) || covered.includes(`*.${host.split('.').slice(1).join('.')}`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapEntries(map: Values, change: (value: unknown, key: string) => unknown): Values {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
