import { expect, it } from 'vitest';
import { identityOf, urlOf } from './identity.ts';

it.each([
  [identityOf('alustan-controller-x', 'id', 'http://10.1.2.3:8080'), 'http://10.1.2.3:8080'],
  [identityOf('alustan-controller-x', 'id', 'http://[fd00::1]:8080'), 'http://[fd00::1]:8080'],
  [identityOf('alustan-controller-x', 'id'), undefined],
  ['somebody else', undefined],
  ['a_b_c', undefined],
  ['', undefined],
])('%s', (identity, url) => expect(urlOf(identity)).toBe(url));
