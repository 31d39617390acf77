export { loadCatalog } from './catalog.ts';
export { decodeError } from './decode-error.ts';
export { applyDefaults } from './defaults.ts';
export { duplicateFields } from './duplicate-fields.ts';
export { objectSchema } from './object-schema.ts';
export { checkStructural } from './structural/check.ts';
export * from './types.ts';
export { prune, unknownFields } from './unknown-fields.ts';
export { validate } from './validate-object.ts';
