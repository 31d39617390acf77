const rules: readonly [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'TOKEN'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4}( UTC)?|Z)?( m=\S+)?/g, 'TIME'],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d\d:\d\d:\d\d( \d{4}| [+-]\d{4})?/g, 'TIME'],
  [/(resourceVersion: ?"?|"resourceVersion": ?"|Resource Version: +)\d+/g, '$1RV'],
  // A watch that the client itself broke off.
  [/^E\d{4} .*request\.go.*context canceled"\n?/gm, ''],
  // The log of the client itself: time and process.
  [/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1 '],
  [/("modifiedAt":")\d+/g, '$1SECONDS'],
  // How often a client looked while it waited.
  [/^Waiting for .*\n/gm, ''],
  [/https?:\/\/(127\.0\.0\.1|localhost):\d+/g, 'SERVER'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'IP'],
  // Folders of kubectl diff: their random digits may be of that alphabet below, so they go first.
  [/\b(LIVE|MERGED)-\d+/g, '$1'],
  // Names that Kubernetes makes up, from an alphabet without vowels: a ReplicaSet's hash, and five characters.
  [/-[bcdfghjklmnpqrstvwxz2456789]{6,10}(?=-[bcdfghjklmnpqrstvwxz2456789]{5}\b)/g, '-HASH'],
  [/-HASH-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-RANDOM'],
  [/-(?=[a-z]*\d)[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '-HASH'],
  [/-(?=[a-z]*\d)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RANDOM'],
  [/((?:Created|Deleted) pod: \S+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1-RANDOM'],
  [/(pod-template-hash=)\w+/g, '$1HASH'],
  [/(?<=\s|\(|^)(\d+(d|h|m|s|ms))+(?=\s|\)|$)/gm, 'AGE'],
  [/(?<=\s)<(invalid|unknown)>(?=\s|$)/g, 'AGE'],
  [/\/\S*alustan-\S+/g, 'PATH'],
  [/[ \t]+/g, ' '],
  [/-{5,}/g, '-----'],
  [/ $/gm, ''],
];

/** What a client printed, without what differs from run to run: ids, times, addresses, widths of columns. */
export function normal(text: string): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text).trim();
}
