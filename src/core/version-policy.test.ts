import { describe, expect, it } from 'vitest';
import golden from './version-policy.golden.json' with { type: 'json' };
import { isNewer, newest, type Policy, parseConstraint, satisfies } from './version-policy.ts';

const policy = (text: string): Policy => {
  const parsed = parseConstraint(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
};

describe('E23 the newest tag', () => {
  const tags = [
    'latest',
    '20240801',
    '1.4.0-rc.1',
    'v1.3.0',
    '1.2.0',
    '1.2',
    '0.9.9',
    '1.3.0.1',
    'V9.0.0',
    '01.9.0',
    '1.10.0-alpine',
  ];
  it.each<[string, string, string | undefined]>([
    ['a date or a word never wins (F1)', '>=0.2.0', 'v1.3.0'],
    ['the v of the tag is kept', '~1.3.0', 'v1.3.0'],
    ['a comma is "and"', '>=0.2.0, <1.3.0', '1.2.0'],
    ['a space is "and"', '>=0.2.0 <1.3.0', '1.2.0'],
    ['|| is "or"', '~0.9.0 || ~7.0.0', '0.9.9'],
    ['!= excludes', '>=1.0.0, !=1.3.0', '1.2.0'],
    ['=> is >=, =< is <=', '=>1.0.0 =<1.2.0', '1.2.0'],
    ['x stands for any number', '1.2.x', '1.2.0'],
    ['a hyphen is a range', '0.5 - 1.2', '1.2.0'],
    ['a caret on 0', '^0.9.1', '0.9.9'],
    ['a prerelease only where the constraint has one', '>=1.0.0-0', '1.10.0-alpine'],
    ['none', '>=2.0.0', undefined],
  ])('%s: %s → %s', (_title, text, expected) => {
    expect(newest(policy(text), tags)).toBe(expected);
    expect(newest(policy(text), [...tags].reverse())).toBe(expected);
  });

  it('does not depend on the order of tags with one version', () => {
    expect(newest(policy('*'), ['1.0.0', 'v1.0.0'])).toBe('v1.0.0');
    expect(newest(policy('*'), ['v1.0.0', '1.0.0'])).toBe('v1.0.0');
    expect(newest(policy('*'), ['1.0.0+b', '1.0.0+a'])).toBe('1.0.0+b');
  });
  it('is found anew in another list', () => {
    const p = policy('*');
    expect(newest(p, ['1.0.0'])).toBe('1.0.0');
    expect(newest(p, ['1.0.0', '1.1.0'])).toBe('1.1.0');
  });
});

describe('E23 not a constraint', () => {
  it.each([
    '',
    ' ',
    'latest',
    '>=',
    '>=1.0.0 ||',
    '1.0.0,',
    ',1.0.0',
    '>>1.0',
    '1.2.3.4',
    '1.0.0-01',
    '=1y',
    '>=1.0.0<2.0.0',
    `>=${'1'.repeat(600)}`,
  ])('"%s" is named with a remedy', (text) => {
    const parsed = parseConstraint(text);
    expect(parsed).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'InvalidConstraint' } });
    expect(!parsed.ok && parsed.failure.message).toMatch(/is not a version constraint: .*; write for example/);
  });
  it('takes no time however long it is', () => {
    const started = performance.now();
    for (const text of [`${'1 '.repeat(255)}!`, `${' '.repeat(500)}!`, `1${' '.repeat(400)}-${' '.repeat(80)}!`])
      parseConstraint(text);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('E23 has the meaning that Masterminds/semver gives it', () => {
  it('for versions from its own hand', () => expect(golden.versions.length).toBeGreaterThan(40));

  it('for what it refuses', () => {
    expect(golden.invalid.filter((text) => parseConstraint(text).ok)).toEqual([]);
    expect(golden.invalid.length).toBeGreaterThan(20);
  });
  it('for each constraint and version', () => {
    const wrong = golden.cases.flatMap(([text, bits]) => {
      const p = policy(text as string);
      const mine = golden.versions.map((version) => (satisfies(p, version) ? '1' : '0')).join('');
      return mine === bits ? [] : [{ text, mine, bits }];
    });
    expect(wrong).toEqual([]);
    expect(golden.cases.length).toBeGreaterThan(500);
  });
});

describe('E24 newer', () => {
  it.each([
    ['0.10.0', '0.9.0', true],
    ['v1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.0-rc.1', true],
    ['1.0.0-rc.10', '1.0.0-rc.9', true],
    ['1.0.0-rc', '1.0.0-9', true],
    ['0.9.0', '0.10.0', false],
    ['1.0.0', 'latest', true],
    ['latest', '1.0.0', false],
    ['1.0.0+b', '1.0.0+a', false],
  ])('%s than %s: %s', (candidate, current, expected) => expect(isNewer(candidate, current)).toBe(expected));
});
