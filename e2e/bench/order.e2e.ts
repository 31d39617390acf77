import { expect, it } from 'vitest';
import { layered, violations } from './order.ts';

const graph = new Map([
  ['api', []],
  ['web', ['api']],
]);

it.each([
  { what: 'after its dependency was Ready', job: 20, ready: 10, found: [] },
  { what: 'before its dependency was Ready', job: 10, ready: 20, found: ['web before api'] },
  { what: 'though its dependency was never Ready', job: 10, ready: undefined, found: ['web before api'] },
])('a Job created $what: $found', ({ job, ready, found }) => {
  const times = { jobCreated: new Map([['web', job]]), ready: new Map(ready ? [['api', ready]] : []) };
  expect(violations(graph, times)).toEqual(found);
});

it('a layered graph has levels × width Services, each but the first level with two dependencies', () => {
  const services = layered(20, 50);
  expect(services.size).toBe(1000);
  expect(services.get('s-0-7')).toEqual([]);
  expect(services.get('s-3-49')).toEqual(['s-2-49', 's-2-0']);
  expect(layered(3, 1).get('s-1-0')).toEqual(['s-0-0']);
});
