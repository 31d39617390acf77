import { expect, it } from 'vitest';
import { type PathMap, rewrite } from './rewrite.ts';

const map: PathMap = [
  ['/inputs', '/host/v/in'],
  ['/inputs/deep', '/host/v/deep'],
  ['/dev/termination-log', '/host/t'],
];

it.each([
  ['the mount itself', '/inputs', '/host/v/in'],
  ['a file in it', '/inputs/job.json', '/host/v/in/job.json'],
  ['the longest mount wins', '/inputs/deep/x', '/host/v/deep/x'],
  ['only whole elements', '/inputs2/x', '/inputs2/x'],
  ['behind the = of an option', '--values=/inputs/v.json', '--values=/host/v/in/v.json'],
  ['a file that is mounted', '/dev/termination-log', '/host/t'],
  ['not in the middle of a text', 'see /inputs/x', 'see /inputs/x'],
  ['another path', '/etc/x', '/etc/x'],
])('a path inside the container, on the host: %s', (_case, inside, host) => {
  expect(rewrite(inside, map)).toBe(host);
});
