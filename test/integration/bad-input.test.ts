import { describeBadInput } from '../support/describe-bad-input.ts';
import { Shop } from '../support/shop.ts';

describeBadInput((controller) => Shop.start({ example: 'none', controller }));
