{{/* Labels of every object but those that carry rights (rbac.yaml). */}}
{{- define "alustan.labels" -}}
{{ include "alustan.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: alustan
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* What the controller's pods are found by: never changes. */}}
{{- define "alustan.selector" -}}
app.kubernetes.io/name: alustan
app.kubernetes.io/component: controller
{{- end }}

{{- define "alustan.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* Names of Secrets with which images are pulled, as a pod has them. */}}
{{- define "alustan.pullSecrets" -}}
{{- $names := .Values.image.pullSecrets -}}
{{- if .Values.containerRegistrySecret }}{{ $names = append $names "alustan-container-secret" }}{{ end }}
{{- with $names }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Of every pod: what the standard "restricted" asks for. */}}
{{- define "alustan.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "alustan.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* One run of the program, for hooks and tests: name, ServiceAccount (none: no rights), arguments; `links`: sees addresses of Services. */}}
{{- define "alustan.onePod" -}}
{{- $ := .context -}}
restartPolicy: Never
{{- if .account }}
serviceAccountName: {{ .account }}
{{- else }}
automountServiceAccountToken: false
{{- end }}
enableServiceLinks: {{ .links | default false }}
{{- include "alustan.pullSecrets" $ }}
securityContext: {{- include "alustan.podSecurity" $ | nindent 2 }}
{{- with $.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ .name | quote }}
    image: {{ include "alustan.image" $ | quote }}
    imagePullPolicy: {{ $.Values.image.pullPolicy }}
    command: [alustan]
    args: {{- toYaml .args | nindent 6 }}
    resources:
      requests: { cpu: 50m, memory: 96Mi }
      limits: { memory: 256Mi }
    terminationMessagePolicy: FallbackToLogsOnError
    securityContext: {{- include "alustan.containerSecurity" $ | nindent 6 }}
{{- end }}

{{/* Plurals of our kinds, and the names of their definitions, in JSON; the files of crds/ are called by them. */}}
{{- define "alustan.plurals" -}}
{{- $plurals := list -}}
{{- range $path, $_ := .Files.Glob "crds/*.yaml" }}{{ $plurals = append $plurals ($path | base | trimSuffix ".yaml") }}{{ end -}}
{{ toJson $plurals }}
{{- end }}

{{- define "alustan.definitions" -}}
{{- $names := list -}}
{{- range include "alustan.plurals" . | fromJsonArray }}{{ $names = append $names (printf "%s.alustan.io" .) }}{{ end -}}
{{ toJson $names }}
{{- end }}

{{/* Secret of the chart with which a repository of the values is read: none where it names its own, or none fits. */}}
{{- define "alustan.login" -}}
{{- with .repository -}}
{{- if .secretRef -}}
{{- else if and $.context.Values.githubToken (hasPrefix "https://github.com/" .url) -}}
alustan-github-token
{{- else if and $.context.Values.containerRegistrySecret (hasPrefix "oci://" .url) -}}
alustan-container-secret
{{- end -}}
{{- end -}}
{{- end }}

{{- define "alustan.secret" }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .name | quote }}
  namespace: {{ .namespace | quote }}
  labels: {{- include "alustan.labels" .context | nindent 4 }}
{{- if eq .name "alustan-github-token" }}
stringData:
  token: {{ .context.Values.githubToken | nospace | b64dec | trim | quote }}
{{- else }}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {{ .context.Values.containerRegistrySecret | nospace }}
{{- end }}
{{- end }}
