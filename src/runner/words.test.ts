import { expect, it } from 'vitest';
import { helmWords } from './words.ts';

const regex = "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'";

it.each([
  ['an error of one line', ['level=WARN x', 'Error: release: already exists'], 'release: already exists'],
  [
    'an error of a template, in three lines',
    [
      'Error: UPGRADE FAILED: app/templates/a.yaml:1:10',
      '  executing "app/templates/a.yaml" at <.Values.a.b>:',
      "    can't evaluate field b in type interface {}",
    ],
    `app/templates/a.yaml:1:10 executing "app/templates/a.yaml" at <.Values.a.b>: can't evaluate field b in type interface {}`,
  ],
  ['what is logged after it does not belong to it', ['Error: failed', 'level=WARN later'], 'failed'],
  [
    'a refused name, without the pattern',
    [`Error: ConfigMap "A" is invalid: a subdomain (e.g. 'example.com', regex used for validation is ${regex})`],
    'ConfigMap "A" is invalid: a subdomain',
  ],
  ['the last line, where nothing says that it is an error', ['one', 'two'], 'two'],
  ['nothing', [], undefined],
])('%s', (_what, lines, words) => {
  expect(helmWords(lines)).toBe(words);
});
