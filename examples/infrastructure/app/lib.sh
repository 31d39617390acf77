# Read by the scripts of this folder: finds Terraform, says where the state is, and hands SIGTERM on.
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
terraform=$(command -v terraform || command -v tofu || true)

if [ -z "$terraform" ]; then
  if [ -f "$here/without-terraform" ]; then
    exec /bin/sh "$here/without-terraform" "$(basename "$0")" "$@"
  fi
  echo "$0: neither terraform nor tofu is in PATH: put one into the image (see its Dockerfile); in local mode, install one on this machine" >&2
  exit 127
fi

cd "$here/terraform"

# No questions, no colours, no calls to anywhere but the state and the providers.
export TF_IN_AUTOMATION=1 TF_INPUT=0 TF_CLI_ARGS=-no-color CHECKPOINT_DISABLE=1

# The state: a Secret beside the Terraform object, one for each object and workspace.
export TF_WORKSPACE="${TF_VAR_workspace:-default}"
export KUBE_NAMESPACE="${ALUSTAN_NAMESPACE:-default}"
state=${STATE_NAME:-${ALUSTAN_NAME:-infrastructure}}
# Terraform takes no name that ends with a dash and digits.
case ${state##*-} in
  "$state" | '' | *[!0-9]*) ;;
  *) state=$state.state ;;
esac
# In a pod the ServiceAccount's token; elsewhere the kubeconfig.
if [ -n "${KUBECONFIG:-}" ]; then
  export KUBE_CONFIG_PATH="$KUBECONFIG"
elif [ -n "${KUBERNETES_SERVICE_HOST:-}" ]; then
  export KUBE_IN_CLUSTER_CONFIG=true
fi

# Terraform as a child that is told once when this script is told to stop: it then ends its work in good order, writes the
# state and frees the lock. A second signal would make it let go of everything at once.
run() {
  "$terraform" "$@" &
  child=$!
  trap 'kill -TERM "$child" 2>/dev/null || true' TERM INT
  code=0
  wait "$child" || code=$?
  # A signal ends the wait, not the child.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  trap - TERM INT
  return "$code"
}

# Standard output is for what a script has to say: post-deploy prints JSON there.
init() {
  if run init -backend-config="secret_suffix=$state" >&2 2>/dev/null; then return; fi
  # Where other workspaces are, and this one is not yet, init asks which of them to take. The commands after it make it. What
  # else was wrong is wrong again, and told.
  workspace=$TF_WORKSPACE
  TF_WORKSPACE=default
  run init -backend-config="secret_suffix=$state" >&2
  TF_WORKSPACE=$workspace
}
