#!/usr/bin/env bash
# Builds the Dockerfile where no image can be pulled: on bases made of Debian's packages (apt), the Node of node_modules
# and a Helm that is given. The steps are the Dockerfile's own; only the three bases are others. Needs buildah, apt-get,
# npm and its registry; not a container engine.
#
#   scripts/image/build-without-internet.sh IMAGE HELM_PROGRAM     for example localhost/alustan:dev ~/bin/helm
#
# The image is left in buildah's storage: `buildah push IMAGE docker://…`. BUILDAH_ISOLATION=chroot is set where the
# kernel lets no other container run.
set -euo pipefail
image=${1:?name of the image} helm=${2:?path of the Helm program}
cd "$(dirname "$0")/../.."
export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}
scratch=$(mktemp -d)
# Names of this run alone: two may build at a time. Nothing but the image stays.
base=localhost/stand-in/base:$$ node=localhost/stand-in/node:$$
trap 'rm -rf "$scratch" .image; buildah rmi --force "$base" "$node" >/dev/null 2>&1 || true' EXIT

# What distroless/cc holds: the C and C++ libraries, certificates, time zones, and a user that is not root.
root=$scratch/base
mkdir -p "$root"/{etc/ssl/certs,tmp,home/nonroot,usr/local/bin} "$scratch/debs"
(cd "$scratch/debs" && apt-get -qq -o APT::Sandbox::User=root download libc6 libstdc++6 libgcc-s1 tzdata busybox-static)
unpack() { local package; for package in "$@"; do dpkg-deb -x "$scratch"/debs/"$package"_*.deb "$root"; done; }
unpack libc6 libstdc++6 libgcc-s1 tzdata
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

commit() { # NAME FOLDER [config option…]: an image of one layer.
  local name=$1 folder=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah add -q "$container" "$folder" / >/dev/null
  buildah config "$@" "$container"
  buildah commit -q --rm "$container" "$name" >/dev/null
}
commit "$base" "$root" --user 65532 --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

# What node:24-slim holds beyond that, as far as it is used: a shell, Node and npm.
unpack busybox-static
for applet in sh sed mkdir mv ln cp rm; do ln -s busybox "$root/bin/$applet"; done
mkdir -p "$root/usr/bin" && ln -s /bin/busybox "$root/usr/bin/env"
cp -L node_modules/node/bin/node "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
commit "$node" "$root" --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

mkdir -p .image
cp -L "$helm" .image/helm
buildah build --quiet --pull-never --format oci --tag "$image" \
  --build-arg NODE_IMAGE="$node" --build-arg GO_IMAGE="$node" \
  --build-arg BASE_IMAGE="$base" --build-arg HELM=file .
