{{/* Stops with what to do instead, where values cannot be meant or would be kept where they must not be. */}}
{{- define "compass-sidecar.refusals" -}}
{{- if .Values.managementPlane -}}
{{- fail "managementPlane: Helm would keep the one-time token in the release's Secret. Leave it out, and say after the installation: kubectl compass connect --token-stdin --runtime-id ID" -}}
{{- end -}}
{{- range $setting, $value := include "compass-sidecar.valuesOfSettings" . | fromYaml -}}
{{- if hasKey $.Values.settings $setting -}}
{{- fail (printf "settings.%s: the value %s says it, and what belongs to it" $setting $value) -}}
{{- end -}}
{{- end -}}
{{- $agent := .Values.compassRuntimeAgent -}}
{{- range $path, $namespace := dict "config.secret" $agent.config.secret.namespace "config.configMap" $agent.config.configMap.namespace "certificates.clientCertificate.secret" $agent.certificates.clientCertificate.secret.namespace -}}
{{- if and $namespace (ne $namespace $.Release.Namespace) -}}
{{- fail (printf "compassRuntimeAgent.%s.namespace is %s: the sidecar's rights on Secrets end with its own namespace, %s. Install it into %s, or leave the namespace out and move the Secret" $path $namespace $.Release.Namespace $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Settings that have a value of their own. */}}
{{- define "compass-sidecar.valuesOfSettings" -}}
APP_AGENT_CONFIGURATION_SECRET: compassRuntimeAgent.config.secret
APP_CLUSTER_CERTIFICATES_SECRET: compassRuntimeAgent.certificates.clientCertificate.secret
APP_CA_CERTIFICATES_SECRET: compassRuntimeAgent.certificates.caCertificate.secret
APP_COMPASS_CONNECTION_NAME: connectionName
APP_INTEGRATION_NAMESPACE: integrationNamespace
APP_COMPASS_CA_BUNDLE: caConfigMap
APP_HEALTH_PORT: compassRuntimeAgent.healthCheck.port
APP_CONTROLLER_SYNC_PERIOD: compassRuntimeAgent.sync.controllerSyncPeriod
APP_MINIMAL_COMPASS_SYNC_TIME: compassRuntimeAgent.sync.minimalConfigSyncTime
APP_CERT_VALIDITY_RENEWAL_THRESHOLD: compassRuntimeAgent.certificates.renewal.validityThreshold
APP_CENTRAL_GATEWAY_SERVICE_URL: compassRuntimeAgent.resources.centralGatewayServiceUrl
APP_SKIP_COMPASS_TLS_VERIFY: compassRuntimeAgent.compass.skipTLSVerification
APP_SKIP_APPS_TLS_VERIFY: compassRuntimeAgent.config.skipAppsTLSVerification
APP_QUERY_LOGGING: compassRuntimeAgent.debug.queryLogging
{{- end -}}
