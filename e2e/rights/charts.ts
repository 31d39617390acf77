/** A chart of one template. */
function chart(name: string, template: string, values = 'password: ""\n'): Record<string, string> {
  return {
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`${name}/values.yaml`]: values,
    [`${name}/templates/all.yaml`]: template,
  };
}

const configMap = (namespace: string, value: string) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: ${namespace}
data:
  value: ${value}
`;

/** Charts of a tenant: a plain one, and some that try what they may not. */
export const charts: Readonly<Record<string, string>> = {
  ...chart('plain', configMap('{{ .Release.Namespace }}', 'plain')),
  ...chart('reaching', configMap('other', 'reached')),
  ...chart('peeking', configMap('{{ .Release.Namespace }}', '{{ (lookup "v1" "Secret" "other" "db").data.password }}')),
  ...chart('telling', '{{ fail (printf "the password is %s, or %s" .Values.password (b64enc .Values.password)) }}\n'),
};
