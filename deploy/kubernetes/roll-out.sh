#!/bin/sh
# roll-out.sh OVERLAY: settings and stores, then every migration, then the services, which are replaced one by one.
# Needs kubectl and a context that may change the namespace.

set -eu

overlay=$(dirname "$0")/overlays/$1
apply() { kubectl apply --filename "$rendered" "$@"; }

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "$overlay" > "$rendered"

apply --selector 'app.kubernetes.io/component notin (api, worker, migrate)'
# what a Job runs cannot be changed, and a migration can be run again
kubectl delete job --namespace helseverktoy --selector app.kubernetes.io/component=migrate --ignore-not-found
apply --selector app.kubernetes.io/component=migrate
# all five: an event is kept only for those whose queues are there when it is sent
kubectl wait job --namespace helseverktoy --selector app.kubernetes.io/component=migrate \
    --for=condition=complete --timeout=30m
apply --selector 'app.kubernetes.io/component in (api, worker)'
for part in api worker; do
    kubectl rollout status deployment --namespace helseverktoy --selector "app.kubernetes.io/component=$part" --timeout=10m
done
