import type { LabelSelector } from './types.ts';

/** metav1.LabelSelector as the API server evaluates it. An absent selector matches nothing, an empty one everything. */
export function matches(selector: LabelSelector | undefined, labels: Record<string, string> | undefined): boolean {
  if (selector === undefined) return false;
  const own = labels ?? {};
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (own[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((term) => {
    const value = own[term.key];
    switch (term.operator) {
      case 'In':
        return value !== undefined && (term.values ?? []).includes(value);
      case 'NotIn':
        return value === undefined || !(term.values ?? []).includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
