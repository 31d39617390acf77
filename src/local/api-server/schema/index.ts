export { type Catalog, loadCatalog } from './catalog.ts';
export { applyDefaults } from './defaults.ts';
export { duplicateFields } from './duplicate-fields.ts';
export { printFieldError, printFieldErrors } from './field-error.ts';
export { objectSchema } from './object-schema.ts';
export type { CatalogResource, CatalogSubresource } from './resources.ts';
export * from './types.ts';
export { prune, unknownFields } from './unknown-fields.ts';
export { validate } from './validate-object.ts';
