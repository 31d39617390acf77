import { describe, expect, it } from 'vitest';
import { CommandReader } from './commands.ts';

const ZERO = '0'.repeat(40);
const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);

function packet(text: string): string {
  return `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`;
}

const REQUEST = [
  packet(`shallow ${ONE}`),
  packet(`${ZERO} ${ONE} refs/heads/main\0 report-status side-band-64k agent=git/2`),
  packet(`${ONE} ${TWO} refs/heads/ünï\n`),
  packet(`${TWO} ${ZERO} refs/tags/v1`),
  '0000',
  `PACK${packet(`${ZERO} ${TWO} refs/heads/not-a-command`)}`,
].join('');

const UPDATES = [
  { name: 'refs/heads/main', old: ZERO, new: ONE },
  { name: 'refs/heads/ünï', old: ONE, new: TWO },
  { name: 'refs/tags/v1', old: TWO, new: ZERO },
];

describe('commands of a push', () => {
  it.each([1, 3, 7, 64, 100_000])('are read from chunks of %i bytes, up to the pack', (size) => {
    const bytes = Buffer.from(REQUEST);
    const reader = new CommandReader();
    for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
    expect(reader.updates).toEqual(UPDATES);
  });

  it.each(['0000', '', 'PACK….', '0001', 'ffff', 'zzzz'])('are none in %j', (text) => {
    const reader = new CommandReader();
    reader.write(Buffer.from(text));
    expect(reader.updates).toEqual([]);
  });
});
