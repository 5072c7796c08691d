{{/* The labels of every object. */}}
{{- define "compass-sidecar.labels" -}}
app.kubernetes.io/name: compass-sidecar
app.kubernetes.io/part-of: kubectl-compass
{{- end -}}

{{/*
Sidecars of one cluster differ in their connections: what is not in a namespace of their own carries the connection's name.
*/}}
{{- define "compass-sidecar.suffix" -}}
{{- if ne .Values.connectionName "compass-connection" -}}
{{- printf "-%s" .Values.connectionName -}}
{{- end -}}
{{- end -}}

{{- define "compass-sidecar.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "compass-sidecar.integrationNamespace" -}}
{{- .Values.compassRuntimeAgent.resources.integrationNamespace | default .Values.integrationNamespace -}}
{{- end -}}

{{/* The role for Secrets of Applications is called otherwise where it would lie beside that of the sidecar's own namespace. */}}
{{- define "compass-sidecar.integrationRole" -}}
compass-sidecar
{{- if eq (include "compass-sidecar.integrationNamespace" .) .Release.Namespace -}}
-applications
{{- end -}}
{{- include "compass-sidecar.suffix" . -}}
{{- end -}}

{{- define "compass-sidecar.configurationSecret" -}}
{{- with .Values.compassRuntimeAgent.config -}}
{{- .configMap.name | default .secret.name -}}
{{- end -}}
{{- end -}}

{{- define "compass-sidecar.clientSecret" -}}
{{- .Values.compassRuntimeAgent.certificates.clientCertificate.secret.name -}}
{{- end -}}

{{/* The ServiceAccount, as whom a binding names. */}}
{{- define "compass-sidecar.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: compass-sidecar
    namespace: {{ .Release.Namespace | quote }}
{{- end -}}

{{/* Which values of the Compass Runtime Agent's chart are given that have no effect any more, by their paths. */}}
{{- define "compass-sidecar.idle" -}}
{{- $agent := .Values.compassRuntimeAgent -}}
{{- range $key := list "connector" "director" "livenessProbe" "metrics" "readinessProbe" "tests" }}
{{ $key }}: {{ hasKey $agent $key }}
{{- end }}
{{- range $key := list "dexSecretName" "dexSecretNamespace" "gatewayPort" "uploadServiceUrl" }}
resources.{{ $key }}: {{ hasKey $agent.resources $key }}
{{- end }}
config.insecureConfigurationFetch: {{ hasKey $agent.config "insecureConfigurationFetch" }}
healthCheck.proxyStatusPort: {{ hasKey $agent.healthCheck "proxyStatusPort" }}
certificates.caCertificate.secret.migration: {{ hasKey $agent.certificates.caCertificate.secret "migration" }}
{{- end -}}
