import { describe, expect, it } from 'vitest';
import { fillPlaceholders } from './placeholder.ts';

const secret: Record<string, string> = {
  DB_USER: 'shop',
  DB_PASSWORD: 'p:a#s$${x}\n"',
  NESTED: 'has ${workspace.DB_USER}',
  NUMBER: '123',
  'a.b/c-d': 'odd',
};
const lookup = (name: string) => (Object.hasOwn(secret, name) ? secret[name] : undefined);
const fill = (value: unknown) => fillPlaceholders(value, lookup);

describe('fillPlaceholders', () => {
  it.each<[string, unknown, unknown]>([
    ['E3 a whole string', '${workspace.DB_USER}', 'shop'],
    ['E3 several in one string', '${workspace.DB_USER}:${workspace.NUMBER}', 'shop:123'],
    ['E3 the same one twice (F2)', '${workspace.DB_USER}${workspace.DB_USER}', 'shopshop'],
    ['E3 inside maps and lists', { a: [{ b: '${workspace.DB_USER}' }, 'x'] }, { a: [{ b: 'shop' }, 'x'] }],
    ['E3 a number in text stays text', '${workspace.NUMBER}', '123'],
    [
      'E3 keys, numbers, booleans and null untouched',
      { '${workspace.DB_USER}': 1, b: true, c: null },
      {
        '${workspace.DB_USER}': 1,
        b: true,
        c: null,
      },
    ],
    ['E4 inserted text is not expanded again (F2)', '${workspace.NESTED}', 'has ${workspace.DB_USER}'],
    ['E4 special characters are inserted as they are (F2)', '${workspace.DB_PASSWORD}', 'p:a#s$${x}\n"'],
    ['E4 an escaped one stays, less its escape', '$${workspace.DB_USER}', '${workspace.DB_USER}'],
    [
      'E4 other placeholders stay',
      '${other.X} $X ${workspace} ${workspace.}',
      '${other.X} $X ${workspace} ${workspace.}',
    ],
    ['E4 names are exact', '${workspace.a.b/c-d}', 'odd'],
  ])('%s', (_, before, after) => {
    expect(fill(before).value).toEqual(after);
  });

  it('E4 names are case-sensitive', () => {
    expect(fill('${workspace.db_user}').missing).toEqual(['db_user']);
  });

  it('E5 lists all missing names, once each, and leaves them as they are', () => {
    const filled = fill({ a: '${workspace.X}-${workspace.DB_USER}', b: ['${workspace.Y}', '${workspace.X}'] });
    expect(filled.missing).toEqual(['X', 'Y']);
    expect(filled.used).toEqual(['X', 'DB_USER', 'Y']);
    expect(filled.value).toEqual({ a: '${workspace.X}-shop', b: ['${workspace.Y}', '${workspace.X}'] });
  });

  it('E5 text without placeholders needs nothing', () => {
    expect(fill({ a: 'plain', b: ['$${workspace.X}'] }).used).toEqual([]);
  });
});
