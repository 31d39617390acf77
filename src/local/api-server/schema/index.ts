export { type Catalog, loadCatalog } from './catalog.ts';
export type { CatalogResource, CatalogSubresource } from './resources.ts';
export * from './types.ts';
