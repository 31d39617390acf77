import { z } from 'zod';
import { situation } from './common.ts';
import { warnings } from './service-status.ts';

const inventoryEntry = z.object({
  apiVersion: z.string().describe('API version under which it was applied.'),
  kind: z.string().describe('Kind of the object.'),
  namespace: z.string().optional().describe('Namespace; absent for cluster-scoped objects.'),
  name: z.string().describe('Name of the object.'),
  file: z.string().describe('File of its manifest.'),
});

const manifestProblem = z.object({
  file: z.string().describe('File in the repository.'),
  line: z.int().optional().describe('Line, from 1.'),
  message: z.string().describe('What is wrong with it, and what to do.'),
});

/** What the plan reports, beside state, message and conditions. */
const repositoryReport = z.object({
  revision: z.string().optional().describe('Revision that was applied last.'),
  source: z.string().optional().describe('URL and path from which the inventory was applied.'),
  inventory: z.array(inventoryEntry).optional().describe('What was applied and is deleted with its manifest.'),
  problems: z.array(manifestProblem).optional().describe('Manifests that could not be applied.'),
  warnings: warnings.optional(),
});

export const repositoryStatus = repositoryReport.extend(situation).describe('What the controller last saw.');

export type InventoryEntry = z.infer<typeof inventoryEntry>;
export type ManifestProblem = z.infer<typeof manifestProblem>;
export type RepositoryReport = z.infer<typeof repositoryReport>;
export type RepositoryStatus = z.infer<typeof repositoryStatus>;
