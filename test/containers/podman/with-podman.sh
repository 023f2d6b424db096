#!/usr/bin/env bash
# Runs a command with podman behind DOCKER_HOST, in namespaces of its own: with the command all containers and networks end.
# As root, after make-images.sh. Works inside a container without systemd, cgroups of its own or CAP_SYS_RESOURCE.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export ROOT_FOLDER=${ROOT_FOLDER:-/var/tmp/sazabi-podman}
[ -d "$ROOT_FOLDER/store/overlay-images" ] || { echo "No images in $ROOT_FOLDER: run $here/make-images.sh first." >&2; exit 1; }

cat >"$ROOT_FOLDER/containers.conf" <<CONF
[containers]
cgroups="disabled"
netns="bridge"
[network]
network_backend="netavark"
[engine]
cgroup_manager="cgroupfs"
events_logger="file"
runtime="crun"
[engine.runtimes]
crun=["$here/crun-without-rlimits"]
CONF
cat >"$ROOT_FOLDER/storage.conf" <<CONF
[storage]
driver="overlay"
graphroot="/run/podman-root"
runroot="/run/podman-runroot"
[storage.options]
additionalimagestores=["$ROOT_FOLDER/store"]
CONF

exec unshare --net --mount --pid --fork --kill-child --mount-proc bash -euo pipefail -c '
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
# podman refuses the hybrid of the two cgroup versions.
umount /sys/fs/cgroup/unified 2>/dev/null || true
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
# So that 127.0.0.1:port reaches a container.
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
export CONTAINERS_CONF=$ROOT_FOLDER/containers.conf CONTAINERS_STORAGE_CONF=$ROOT_FOLDER/storage.conf
podman system service --time=0 unix:///run/podman.sock >/run/podman.log 2>&1 &
for _ in $(seq 100); do
  curl -fsS --unix-socket /run/podman.sock http://d/_ping >/dev/null 2>&1 && break
  sleep 0.1
done
curl -fsS --unix-socket /run/podman.sock http://d/_ping >/dev/null || { cat /run/podman.log >&2; exit 1; }
# The reaper is an image of its own, which is not here; the namespaces end what it would.
export DOCKER_HOST=unix:///run/podman.sock TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
"$@"' bash "$@"
