import { z } from 'zod';

/** API group and version of all our kinds. */
export const apiVersion = 'alustan.io/v1alpha1';

/** RFC 3339. */
export const time = z.string().meta({ reads: 'time (RFC 3339)' });

/** A duration as Go writes it; the plan reads it, so that a bad one is told in status and not only at admission. */
export const duration = z.string().max(32).meta({ reads: 'duration' });

/** DNS-1123 label. */
export const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** DNS-1123 subdomain: what most Kubernetes objects may be named. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

export const secretRef = z.object({ name: objectName.describe('Name of the Secret, in the same namespace.') });

const conditions = z
  .array(
    z.object({
      type: z.string().max(316).describe('`Ready`, `Reconciling`, `Stalled` or a warning.'),
      status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
      reason: z.string().max(1024).describe('Why, for machines.'),
      message: z.string().max(32768).describe('Why, for people.'),
      lastTransitionTime: time.describe('When `status` last changed.'),
      observedGeneration: z.int().optional().describe('The generation that the condition speaks of.'),
    }),
  )
  .optional()
  .meta({ listMapKeys: ['type'] })
  .describe('kstatus conditions.');

/** What every kind's status says beside its own report. */
export const situation = {
  state: z.enum(['Progressing', 'Error', 'Failed', 'Blocked', 'Completed']).optional().describe('See states.md.'),
  message: z.string().optional().describe('What is going on, or what to do.'),
  observedGeneration: z.int().optional().describe('The generation that this status speaks of.'),
  conditions,
  lastHandledReconcile: z
    .string()
    .optional()
    .describe('Value of the annotation `alustan.io/reconcile` for which the sources were looked at.'),
};
