import { expect, it } from 'vitest';
import { parseAddress } from './address.ts';

it.each([
  [':8080', { port: 8080 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:8080', { host: '::1', port: 8080 }],
  ['8080', undefined],
  [':70000', undefined],
  ['::1:8080', undefined],
  ['http://a:1', undefined],
  ['', undefined],
])('%s', (text, address) => expect(parseAddress(text)).toEqual(address));
