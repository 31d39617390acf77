import { isObject, type Schema } from './types.ts';

type Document = { components?: { schemas?: Record<string, Schema> } };
type Node = Schema & { $ref?: string };

/** Values of it are free-form, and the real server takes them as one leaf although its schema says `object`. */
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/**
 * Replaces the `$ref`s of an OpenAPI v3 document by their targets, in place, and returns its component schemas by name.
 * A reference's own keys (description, default, x-kubernetes-…) override those of its target. Cycles stay cycles.
 */
export function linkComponents(document: Document): Record<string, Schema> {
  const components = document.components?.schemas ?? {};
  const done = new Set<Schema>();
  const linkNode = (node: Schema): void => {
    if (done.has(node)) return;
    done.add(node);
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      (node.properties as Record<string, Schema>)[name] = resolve(child);
    }
    if (node.items) node.items = resolve(node.items);
    if (isObject(node.additionalProperties)) node.additionalProperties = resolve(node.additionalProperties as Schema);
  };
  const resolve = (node: Node): Schema => {
    const { $ref, allOf, ...own } = node;
    const reference = $ref ?? (allOf?.length === 1 ? (allOf[0] as Node).$ref : undefined);
    const target = reference === undefined ? undefined : components[reference.slice(reference.lastIndexOf('/') + 1)];
    if (!target) {
      linkNode(node);
      return node;
    }
    // A copy shares the target's `properties`; what else is linked in the target must be so before the copy.
    linkNode(target);
    return { ...target, ...own };
  };
  const raw = components[RAW_EXTENSION];
  if (raw) raw['x-kubernetes-map-type'] = 'atomic';
  for (const [name, component] of Object.entries(components)) {
    component['x-go-type'] = name;
    // Of built-in kinds "an object of which nothing is said" takes anything; a CRD's would lose every field.
    if (component.type === 'object' && !component.properties && !component.additionalProperties) {
      component['x-kubernetes-preserve-unknown-fields'] = true;
    }
  }
  for (const component of Object.values(components)) linkNode(component);
  return components;
}
