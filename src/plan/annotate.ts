type Annotated = Readonly<{ kind: string; metadata: Readonly<{ namespace: string; name: string }> }>;

/** The command by which a person sets an annotation of a Service or a Terraform; `value` as a shell reads it. */
export function annotate(
  { kind, metadata: { namespace, name } }: Annotated,
  annotation: string,
  value: string,
): string {
  const type = kind === 'Service' ? 'asvc' : 'tf';
  return `kubectl annotate ${type}/${name} -n ${namespace} --overwrite ${annotation}=${value}`;
}

/** Of annotations of which any new value will do. */
export const newValue = '"$(date +%s)"';
