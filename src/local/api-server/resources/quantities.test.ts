import { expect, it } from 'vitest';
import { quantityText } from './quantities.ts';

it.each([
  [1, '1'],
  [0.5, '500m'],
  [1.25, '1250m'],
  [0.0005, '500u'],
])('the quantity %d is stored as %s', (value, text) => expect(quantityText(value)).toBe(text));
