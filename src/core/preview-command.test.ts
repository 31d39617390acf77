import { describe, expect, it } from 'vitest';
import { parsePreviewCommand } from './preview-command.ts';

describe('E16 commands in comments', () => {
  it.each([
    ['/preview', 'start'],
    ['/preview start', 'start'],
    ['  /Preview  STOP  \r\nthanks', 'stop'],
    ['Please:\n\n/preview wake', 'wake'],
    ['/preview restart\n/preview stop', 'restart'],
    ['```\ncode\n```\n/preview', 'start'],
    ['/preview please', undefined],
    ['/preview stop now', undefined],
    ['/previews', undefined],
    ['say /preview', undefined],
    ['> /preview stop', undefined],
    ['    /preview stop', undefined],
    ['```\n/preview stop\n```', undefined],
    ['````\n```\n/preview stop\n````', undefined],
    ['~~~sh\n/preview', undefined],
    ['<!-- \n/preview stop\n-->', undefined],
    ['<!-- /preview', undefined],
    ['', undefined],
  ])('%j → %s', (body, verb) => {
    expect(parsePreviewCommand(body)).toBe(verb);
  });
  it('a hostile comment takes no time', () => {
    const started = performance.now();
    parsePreviewCommand('<!--'.repeat(1_000_000));
    parsePreviewCommand('/preview '.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
