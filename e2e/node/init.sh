#!/bin/sh
# The first process of a node, in fresh namespaces of mounts, network and processes (`unshare --mount --net --pid`).
# Gives the node a root file system of its own and becomes its init: when that ends, the kernel ends every process of
# the node and forgets its mounts and interfaces. Nothing that runs in there can leave anything on the machine but the
# folder DIR and the control groups named by CGROUP.
#
#   init.sh DIR ROOT BINARIES INIT CGROUP
set -eu
dir=$1 base=$2 binaries=$3 init=$4 cgroup=$5

trap 'echo "the node cannot be set up: this failed: $doing" >&2' EXIT
try() {
  doing=$*
  "$@"
}

# Seen through the machine's /proc: the id that the machine knows this process by.
read -r pid _ </proc/self/stat
echo "$pid" >"$dir/node.pid.new"

root=$dir/root
mkdir -p "$root" "$dir/var/log" "$dir/var/lib" "$dir/tunables"
try mount --make-rprivate /
try mount --bind "$base" "$root"
try mount -o remount,bind,ro "$root"
try mount -t sysfs sysfs "$root/sys"
try mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
try mount --rbind /dev "$root/dev"
try mount -t tmpfs tmpfs "$root/run"
try mount -t tmpfs tmpfs "$root/tmp"
try mount --bind "$dir/var" "$root/var"
try mount --bind "$dir" "$root/node"
try mount --bind "$binaries" "$root/kubernetes"
try mount -t proc proc "$root/proc"

# kubelet would set these for the whole machine. It finds them as it wants them, in files of the node's own.
while read -r name value; do
  file=$dir/tunables/$(echo "$name" | tr / .)
  echo "$value" >"$file"
  try mount --bind "$file" "$root/proc/sys/$name"
done <<TUNABLES
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
TUNABLES

# Version 1 has a hierarchy per controller, version 2 one for all.
for controller in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if [ -e "$controller/cgroup.procs" ]; then try mkdir -p "$controller/$cgroup"; fi
  # A group without processors or memory takes no process; children inherit only what is there when they are made.
  if [ -e "$controller/$cgroup/cpuset.cpus" ]; then
    for file in cpuset.cpus cpuset.mems; do
      if [ -e "$controller/$file" ]; then cat "$controller/$file" >"$controller/$cgroup/$file"; fi
    done
  fi
done

cp "$init" "$dir/init"
mkdir "$root/run/machine"
cd "$root"
try pivot_root . run/machine
cd /
try umount -l /run/machine
busybox rmdir /run/machine
try ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
busybox mv /node/node.pid.new /node/node.pid
exec /node/init
