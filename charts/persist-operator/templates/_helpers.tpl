{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{- define "persist.name" -}}
{{ .Release.Name | trunc 43 | trimSuffix "-" }}{{ if not (hasSuffix "operator" .Release.Name) }}-operator{{ end }}
{{- end }}

{{- define "persist.serviceAccount" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}{{ include "persist.name" . }}
{{- else }}default
{{- end }}
{{- end }}

{{- define "persist.selector" -}}
app.kubernetes.io/name: persist-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "persist.labels" -}}
{{ include "persist.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: persist
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* An image, from {repository, tag, digest} and the chart's appVersion. */}}
{{- define "persist.image" -}}
{{- $image := index . 0 }}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ $image.tag | default (index . 1) }}
{{- end }}
{{- end }}

{{/* What the operator does in namespaces with PersistClusters, and nothing else. */}}
{{- define "persist.rules" -}}
# PersistClusters: to watch them, to set the finalizer, to scale, to report
- apiGroups: [natspersist.io]
  resources: [persistclusters]
  verbs: [get, list, watch, patch]
- apiGroups: [natspersist.io]
  resources: [persistclusters/status]
  verbs: [patch]
# where OwnerReferencesPermissionEnforcement is on, as in OpenShift
- apiGroups: [natspersist.io]
  resources: [persistclusters/finalizers]
  verbs: [update]
# what belongs to a cluster: applied by the server (patch, and create for what is not there yet)
- apiGroups: [""]
  resources: [serviceaccounts, services]
  verbs: [list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [list, watch, create, patch]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, create, patch]
# the assignment table is replaced as a whole, as the version that was read
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, update]
# a deleted cluster's workers go first
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch, create, patch, delete]
# which workers have ended; which go first when there are to be fewer; those that hang go
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch, delete]
# those that PersistClusters name, one at a time
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
