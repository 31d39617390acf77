import { describe, expect, it } from 'vitest';
import { codeBlock, inlineCode, link } from './markdown.ts';

describe('E16 what others wrote is harmless on a pull request: inline', () => {
  it.each([
    ['a plain branch', 'feat-8', '<code>feat-8</code>'],
    ['other scripts and emoji', 'Ünïcode-🚀', '<code>Ünïcode-🚀</code>'],
    ['a mention', '@team', '<code>&#64;team</code>'],
    ['the end of the code', '</code><img src=x>', '<code>&#60;&#47;code&#62;&#60;img src&#61;x&#62;</code>'],
    ['a hidden comment', '<!-- alustan -->', '<code>&#60;&#33;-- alustan --&#62;</code>'],
    ['a link', '[x](http://h)', '<code>&#91;x&#93;&#40;http&#58;&#47;&#47;h&#41;</code>'],
    ['a cell of a table', 'a|b', '<code>a&#124;b</code>'],
    ['lines', 'a\r\n# b', '<code>a &#35; b</code>'],
    ['text that runs backwards', 'a\u202eb\u0000', '<code>ab</code>'],
    ['colours', '\u001b[31mred\u001b[0m', '<code>red</code>'],
    ['nothing', ' \n', ''],
  ])('%s', (_title, text, expected) => {
    expect(inlineCode(text)).toBe(expected);
  });
  it('is cut by whole characters', () => {
    expect(inlineCode('🚀'.repeat(10), 4)).toBe('<code>🚀🚀🚀…</code>');
  });
});

describe('E16 what others wrote is harmless on a pull request: blocks', () => {
  it('a fence in the text does not end the block', () => {
    expect(codeBlock('a\n````\n@x\n```')).toBe('`````text\na\n````\n@x\n```\n`````');
  });
  it('keeps the end, and no carriage returns or colours', () => {
    expect(codeBlock('one\r\ntwo\u001b[1m!\n', 4)).toBe('```text\n…two!\n```');
  });
});

describe('E17 links', () => {
  it.each([
    ['https://a.example/x', '[<code>a</code>](https://a.example/x)'],
    ['https://a.example/x)[y](z', '[<code>a</code>](https://a.example/x%29%5by%5d%28z)'],
    ['javascript:alert(1)', '<code>javascript&#58;alert&#40;1&#41;</code>'],
    ['https://user:pw@h', '<code>https&#58;&#47;&#47;user&#58;pw&#64;h</code>'],
  ])('%s', (url, expected) => {
    expect(link('a', url)).toBe(expected);
  });
});
