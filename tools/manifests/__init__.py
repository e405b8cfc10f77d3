"""deploy/kubernetes, read without a cluster: rendered as `kubectl kustomize` does, and checked against schemas."""
