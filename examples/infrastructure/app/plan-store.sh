# Read by plan, deploy and destroy: where a plan file is between plan and deploy. See plan-store/main.tf.
store=$here/plan-store
# No infrastructure has such a workspace: a dot is not allowed in its name. One plan of each object is kept, the newest.
plan_workspace=kept.plan

# The file holds secrets.
umask 077
work=$(mktemp -d)
plan_file=$work/plan
trap 'rm -rf "$work"' EXIT
# In a pod a signal without a trap is lost, and what follows would begin all the same.
trap 'exit 143' TERM INT

# Terraform in the store. Without a lock, since an object has one run at a time, and nobody would free the one of a run that was
# killed.
in_store() {
  (cd "$store" && TF_WORKSPACE=$plan_workspace "$terraform" "$@")
}

# What Terraform has to say of the store is of no use to who reads a plan, unless it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

open_store() {
  quietly in_store init -backend-config="secret_suffix=${ALUSTAN_NAME:-infrastructure}.plan"
}

# Serial and lineage of the infrastructure's state: Terraform refuses to apply a plan of an older one, but not always.
state_version() {
  # By way of a file: a pipe hides that reading has failed.
  "$terraform" state pull >"$work/state" || return
  sed -n -e 's/^  "serial": *\([0-9]*\).*/\1/p' -e 's/^  "lineage": *"\([^"]*\)".*/\1/p' "$work/state" | tr '\n' ' '
}

# keep_plan VERSION: keeps $plan_file, made for this version of the state.
keep_plan() {
  open_store
  # Applied to the state of something else it would remove that.
  if [ -n "$(in_store state list 2>/dev/null)" ]; then
    echo "$0: the workspace $plan_workspace holds resources: it was not made for plans, and is left alone" >&2
    exit 1
  fi
  quietly in_store apply -auto-approve -lock=false \
    -var "hash=$ALUSTAN_PLAN" -var "state=$1" -var "file=$plan_file"
}

# Puts the plan into $plan_file. Exit code 75 says to Alustan: nothing was changed, make another plan and ask again.
fetch_plan() {
  open_store
  of=$(in_store output -raw of 2>/dev/null) || of=
  if [ "${of%% *}" != "$ALUSTAN_PLAN" ]; then
    echo "the plan $ALUSTAN_PLAN is not kept any more" >&2
    exit 75
  fi
  now=$(state_version)
  if [ "${of#* }" != "$now" ]; then
    echo "the state has moved since the plan $ALUSTAN_PLAN was made" >&2
    exit 75
  fi
  in_store output -raw file >"$work/encoded"
  base64 -d "$work/encoded" >"$plan_file"
}

# Forgets what is kept: it is being applied, or never will be.
drop_plan() {
  open_store || return 1
  (cd "$store" && TF_WORKSPACE=default && quietly "$terraform" workspace delete -force -lock=false "$plan_workspace")
}
