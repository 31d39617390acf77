import { describe, expect, it } from 'vitest';
import { parseRepositoryName } from './name.ts';

describe('names of repositories', () => {
  it.each([
    ['shop.git', 'shop'],
    ['shop', 'shop'],
    ['team/a/shop.git', 'team/a/shop'],
    ['Shop_1.2-x.git', 'Shop_1.2-x'],
    ['a%2Fb.git', 'a/b'],
  ])('%s is %s', (path, name) => {
    expect(parseRepositoryName(path)).toBe(name);
  });

  it.each([
    ['', 'empty'],
    ['..', 'climbs'],
    ['../shop.git', 'climbs'],
    ['a/../shop.git', 'climbs'],
    ['a/%2e%2e/shop.git', 'climbs, encoded'],
    ['a/%2e%2e%2fshop.git', 'climbs, encoded whole'],
    ['/etc.git', 'absolute'],
    ['a//b.git', 'empty part'],
    ['.hidden.git', 'hidden'],
    ['--upload-pack=x.git', 'an option'],
    ['a\\b.git', 'a backslash'],
    ['a%00b.git', 'a zero byte'],
    ['a%zzb.git', 'encoded badly'],
    ['shop.git/inner.git', 'within another repository'],
    ['shop.GIT/inner.git', 'within another, on file systems that fold case'],
    ['main.lock.git', 'looks like a lock file'],
    ['a/b/c/d/e/f/g/h/i.git', 'too deep'],
    [`${'a'.repeat(101)}.git`, 'too long'],
  ])('%s is refused: %s', (path) => {
    expect(parseRepositoryName(path)).toBeUndefined();
  });
});
