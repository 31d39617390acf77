{{/* Rules of rules/controller.yaml, as a role has them. Give it the list and the chart's context. */}}
{{- define "alustan.rules" -}}
{{- $runner := .context.Values.runner -}}
{{- $named := .context.Values.rbac.serviceAccounts -}}
{{- $names := dict
  "runnerRole" (list $runner.clusterRole)
  "impersonated" (has "*" $named | ternary list (prepend $named $runner.serviceAccountName | uniq))
-}}
{{- $on := dict "runner.autoProvision" $runner.autoProvision "previews.enabled" .context.Values.previews.enabled -}}
{{- range .rules }}
{{- if or (not .when) (get $on (default "" .when)) }}
- apiGroups: {{ toJson .apiGroups }}
  resources: {{ toJson .resources }}
  verbs: {{ toJson .verbs }}
  {{- with default (default list .resourceNames) (get $names (default "" .names)) }}
  resourceNames: {{ toJson . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
