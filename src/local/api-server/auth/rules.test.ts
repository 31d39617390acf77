import { describe, expect, it } from 'vitest';
import { type Attributes, allows, parseRules } from './rules.ts';

const pod = (verb: string, more: Partial<Extract<Attributes, { resource: true }>> = {}): Attributes => ({
  resource: true,
  verb,
  group: '',
  plural: 'pods',
  subresource: '',
  namespace: 'default',
  name: '',
  ...more,
});

describe('an RBAC rule', () => {
  it.each<[string, Record<string, string[]>, Attributes, boolean]>([
    ['allows its verb', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, pod('get'), true],
    ['and no other', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, pod('list'), false],
    ['of its group', { verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, pod('get'), false],
    ['allows all by *', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, pod('get', { subresource: 'log' }), true],
    [
      'no subresource by its resource',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
      pod('get', { subresource: 'log' }),
      false,
    ],
    [
      'a subresource by name',
      { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
      pod('get', { subresource: 'log' }),
      true,
    ],
    [
      'a subresource of anything',
      { verbs: ['get'], apiGroups: [''], resources: ['*/log'] },
      pod('get', { subresource: 'log' }),
      true,
    ],
    [
      'one object by name',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      pod('get', { name: 'a' }),
      true,
    ],
    [
      'and no other object',
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
      pod('get', { name: 'b' }),
      false,
    ],
    [
      'a path',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      { resource: false, verb: 'get', path: '/healthz' },
      true,
    ],
    [
      'paths below',
      { verbs: ['get'], nonResourceURLs: ['/apis/*'] },
      { resource: false, verb: 'get', path: '/apis/apps' },
      true,
    ],
    [
      'no other path',
      { verbs: ['get'], nonResourceURLs: ['/apis/*'] },
      { resource: false, verb: 'get', path: '/api' },
      false,
    ],
  ])('%s', (_what, rule, asked, expected) => {
    expect(parseRules([rule]).some((one) => allows(one, asked))).toBe(expected);
  });
});
