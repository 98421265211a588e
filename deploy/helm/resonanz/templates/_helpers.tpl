{{- define "resonanz.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "resonanz.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "resonanz.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "resonanz.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select pods: never change them, a Deployment's selector is immutable. Call with (list $ component). */}}
{{- define "resonanz.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "resonanz.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "resonanz.labels" -}}
{{- $root := index . 0 -}}
{{ include "resonanz.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "resonanz.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "resonanz.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "resonanz.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "resonanz.brandsConfigMap" -}}
{{ .Values.brands.existingConfigMap | default (printf "%s-brands" (include "resonanz.fullname" .)) }}
{{- end -}}

{{/* Pod-wide security: the standard "restricted". */}}
{{- define "resonanz.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "resonanz.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Settings of every container; secrets are files in RESONANZ_SECRETS_DIR. */}}
{{- define "resonanz.env" -}}
- {name: RESONANZ_KAFKA, value: {{ printf "kafka://%s" .Values.kafka.bootstrap | quote }}}
- {name: RESONANZ_KAFKA_SECURITY, value: {{ .Values.kafka.security | quote }}}
{{- if hasPrefix "SASL" .Values.kafka.security }}
- {name: RESONANZ_KAFKA_SASL_MECHANISM, value: {{ .Values.kafka.saslMechanism | quote }}}
- {name: RESONANZ_KAFKA_USERNAME, value: {{ .Values.kafka.username | quote }}}
{{- end }}
{{- if .Values.kafka.caSecret.name }}
- {name: RESONANZ_KAFKA_CA_FILE, value: /etc/resonanz/kafka-ca/ca.crt}
{{- end }}
- {name: RESONANZ_GROUP, value: {{ .Values.kafka.group | quote }}}
- {name: RESONANZ_SESSION_SECONDS, value: {{ .Values.kafka.sessionSeconds | quote }}}
- {name: RESONANZ_PARTITIONS, value: {{ .Values.kafka.partitions | quote }}}
- {name: RESONANZ_REPLICATION, value: {{ .Values.kafka.replication | quote }}}
- {name: RESONANZ_MIN_INSYNC, value: {{ .Values.kafka.minInsync | quote }}}
{{- with .Values.clickhouse.cluster }}
- {name: RESONANZ_CLICKHOUSE_CLUSTER, value: {{ . | quote }}}
{{- end }}
- {name: RESONANZ_SECRETS_DIR, value: /run/secrets/resonanz}
- {name: RESONANZ_LOG_FORMAT, value: json}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{/* Volumes every container has. Call with (list $ clickhouse-role-or-empty extra-secret-items). */}}
{{- define "resonanz.volumes" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $extra := index . 2 -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- if $role }}
      - secret:
          name: {{ $root.Values.clickhouse.urlSecret.name }}
          items: [{key: {{ index $root.Values.clickhouse.urlSecret $role }}, path: resonanz_clickhouse}]
      {{- end }}
      - secret:
          name: {{ $root.Values.authorKeySecret.name }}
          items: [{key: {{ $root.Values.authorKeySecret.key }}, path: resonanz_author_key}]
      {{- if hasPrefix "SASL" $root.Values.kafka.security }}
      - secret:
          name: {{ $root.Values.kafka.passwordSecret.name }}
          items: [{key: {{ $root.Values.kafka.passwordSecret.key }}, path: resonanz_kafka_password}]
      {{- end }}
      {{- range $extra }}
      - secret:
          name: {{ .secret }}
          items: [{key: {{ .key }}, path: {{ .file }}}]
      {{- end }}
{{- if $root.Values.kafka.caSecret.name }}
- name: kafka-ca
  secret:
    secretName: {{ $root.Values.kafka.caSecret.name }}
    items: [{key: {{ $root.Values.kafka.caSecret.key }}, path: ca.crt}]
{{- end }}
{{- if $root.Values.clickhouse.caSecret.name }}
- name: clickhouse-ca
  secret:
    secretName: {{ $root.Values.clickhouse.caSecret.name }}
    items: [{key: {{ $root.Values.clickhouse.caSecret.key }}, path: ca.crt}]
{{- end }}
{{- end -}}

{{- define "resonanz.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: home, mountPath: /var/lib/resonanz}
- {name: secrets, mountPath: /run/secrets/resonanz, readOnly: true}
{{- if .Values.kafka.caSecret.name }}
- {name: kafka-ca, mountPath: /etc/resonanz/kafka-ca, readOnly: true}
{{- end }}
{{- if .Values.clickhouse.caSecret.name }}
- {name: clickhouse-ca, mountPath: /etc/resonanz/clickhouse-ca, readOnly: true}
{{- end }}
{{- end -}}

{{/* Alert groups of one rule file, with the runbooks where they are published. */}}
{{- define "resonanz.rules" -}}
{{- $text := .root.Files.Get .path -}}
{{- if .root.Values.monitoring.runbookBaseUrl -}}
{{- $text = replace "runbook_url: docs/runbooks/" (printf "runbook_url: %s" .root.Values.monitoring.runbookBaseUrl) $text -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/* Kafka's ports, out of kafka.bootstrap. */}}
{{- define "resonanz.kafkaPorts" -}}
{{- $ports := list -}}
{{- range splitList "," .Values.kafka.bootstrap -}}
{{- $ports = append $ports (splitList ":" . | last) -}}
{{- end -}}
{{- $ports | uniq | join "," -}}
{{- end -}}

{{/* The port of an address. */}}
{{- define "resonanz.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{/* Rules of the NetworkPolicies. */}}
{{- define "resonanz.egressNames" }}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
{{- end }}

{{- define "resonanz.egressKafka" }}
- ports:
    {{- range splitList "," (include "resonanz.kafkaPorts" .) }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicy.kafkaTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "resonanz.egressStore" }}
- ports:
    {{- range .Values.clickhouse.ports }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicy.clickhouseTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "resonanz.ingressMetrics" }}
- ports: [{port: 9464, protocol: TCP}]
  from:
    {{- .Values.networkPolicy.metricsFrom | default (list (dict "namespaceSelector" (dict))) | toYaml | nindent 4 }}
{{- end }}
