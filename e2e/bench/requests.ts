import type { Reading } from './probe.ts';

/** Requests that change something, Events apart. */
export function writesOf(reading: Reading): number {
  const changes = /^(POST|PUT|PATCH|DELETE) (?!events\b)(?!leases\b)(?!subjectaccessreviews\b)/;
  return sum(reading, changes);
}

/** Requests whose route fits. */
export function sum(reading: Reading, route: RegExp): number {
  return Object.entries(reading.requests)
    .filter(([name]) => route.test(name))
    .reduce((total, [, count]) => total + count, 0);
}
