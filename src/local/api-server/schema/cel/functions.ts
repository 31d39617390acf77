import type { Environment } from '@marcbachmann/cel-js';

/**
 * The functions of Kubernetes' CEL libraries that the CEL package lacks: strings, lists, regex, URLs. Not there:
 * quantities, IP addresses and networks, named formats, sets, two-variable macros. A rule that uses one of those is
 * refused with its name, it never counts as passed.
 */
export function registerKubernetesFunctions(env: Environment): Environment {
  return lists(urls(regex(strings(env))));
}

function strings(env: Environment): Environment {
  return env
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)))
    .registerFunction('string.replace(string, string): string', (text: string, a: string, b: string) =>
      text.replaceAll(a, () => b),
    )
    .registerFunction('string.replace(string, string, int): string', replaceSome)
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
}

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  let left = limit < 0n ? Number.POSITIVE_INFINITY : Number(limit);
  return text.replaceAll(from, () => {
    left -= 1;
    return left >= 0 ? to : from;
  });
}

function regex(env: Environment): Environment {
  return env
    .registerFunction(
      'string.find(string): string',
      (text: string, re: string) => new RegExp(re, 'u').exec(text)?.[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, re: string) => [
      ...(text.match(new RegExp(re, 'gu')) ?? []),
    ]);
}

/** As Go's url.ParseRequestURI: absolute, or an absolute path. */
function isUrl(text: string): boolean {
  return text.startsWith('/') || (/^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text));
}

function urls(env: Environment): Environment {
  return env.registerFunction('isURL(string): bool', isUrl);
}

type Item = bigint | number | string | boolean;

function lists(env: Environment): Environment {
  const less = (a: Item, b: Item) => (a < b ? -1 : a > b ? 1 : 0);
  const same = (items: Item[], wanted: Item) => items.map((item) => item === wanted);
  return env
    .registerFunction('list.isSorted(): bool', (items: Item[]) =>
      items.every((item, i) => i === 0 || less(items[i - 1] as Item, item) <= 0),
    )
    .registerFunction('list.sum(): dyn', (items: Item[]) =>
      items.reduce<Item>(
        (a, b) => (typeof a === 'bigint' ? a + (b as bigint) : Number(a) + Number(b)),
        zeroLike(items[0]),
      ),
    )
    .registerFunction('list.min(): dyn', (items: Item[]) => extreme(items, (a, b) => less(a, b) <= 0))
    .registerFunction('list.max(): dyn', (items: Item[]) => extreme(items, (a, b) => less(a, b) >= 0))
    .registerFunction('list.indexOf(dyn): int', (items: Item[], item: Item) => BigInt(same(items, item).indexOf(true)))
    .registerFunction('list.lastIndexOf(dyn): int', (items: Item[], item: Item) =>
      BigInt(same(items, item).lastIndexOf(true)),
    );
}

function zeroLike(item: Item | undefined): Item {
  return typeof item === 'number' ? 0 : 0n;
}

function extreme(items: Item[], better: (a: Item, b: Item) => boolean): Item {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error('min/max called on empty list');
  return rest.reduce((best, item) => (better(best, item) ? best : item), first);
}
