#!/usr/bin/env bash
# Makes images under the vendors' names from Debian's, Maven's and npm's packages, for a machine that reaches no image registry.
# They are NOT the vendors' images. As root; ROOT_FOLDER (default /var/tmp/sazabi-podman) keeps them, 1.2 GB; about 90 s the first time.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../../.." && pwd)
folder=${ROOT_FOLDER:-/var/tmp/sazabi-podman}
versions=$repository/test/parts/src/versions.ts
kafka_image=docker.io/$(sed -n "s/^export const KAFKA_IMAGE = '\(.*\)';/\1/p" "$versions")
postgres_image=docker.io/library/$(sed -n "s/^export const POSTGRES_IMAGE = '\(.*\)';/\1/p" "$versions")

missing=
for program in podman crun conmon iptables debootstrap; do command -v "$program" >/dev/null || missing=1; done
[ -x /usr/lib/podman/netavark ] && [ -x /usr/lib/podman/aardvark-dns ] || missing=1
if [ -n "$missing" ]; then
  apt-get update
  apt-get install -y --no-install-recommends podman crun netavark aardvark-dns conmon iptables debootstrap
fi

mkdir -p "$folder/store"
# In a namespace of its own: what podman leaves in /run and /dev/shm ends with it.
store() {
  unshare --mount --fork bash -c 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm && exec "$@"' bash \
    podman --root "$folder/store" --runroot /run/podman-build --storage-driver overlay "$@"
}

if [ ! -e "$folder/base.done" ]; then
  rm -rf "$folder/base"
  debootstrap --variant=minbase bookworm "$folder/base" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  mkdir -p "$folder/base/usr/share/man/man1"
  touch "$folder/base.done"
fi
if [ ! -e "$folder/java.done" ]; then
  rm -rf "$folder/java"
  cp -a "$folder/base" "$folder/java"
  unshare --mount --pid --fork bash -c 'mount -t proc proc "$0/proc" && chroot "$0" apt-get install -y --no-install-recommends openjdk-17-jre-headless' "$folder/java"
  rm -rf "$folder"/java/var/cache/apt/archives/*.deb
  touch "$folder/java.done"
fi
for name in base java; do
  store image exists "localhost/sazabi-$name" || tar -C "$folder/$name" --exclude='./proc/*' -cf - . | store import - "localhost/sazabi-$name"
done

# Kafka: the jars and the launcher.
rm -rf "$folder/kafka" && mkdir -p "$folder"/kafka/tree/{opt/kafka/config,var/lib/kafka/data,etc/kafka/docker}
mvn -q -B -f "$repository/infra/kafka/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$folder/kafka/tree/opt/kafka/libs"
cp "$here/kafka-run" "$folder/kafka/tree/etc/kafka/docker/run"
cp "$repository/infra/kafka/log4j2.xml" "$folder/kafka/tree/etc/kafka/docker/"
store build --pull-never -t "$kafka_image" -f "$here/kafka.Containerfile" "$folder/kafka"

# PostgreSQL: npm's binaries and an entrypoint; its user needs a name, for initdb asks for it.
native=$(cd "$repository/test/parts" && node -p 'require("node:path").resolve(require.resolve(`@embedded-postgres/linux-${process.arch}`), "../../native")')
rm -rf "$folder/postgres" && mkdir -p "$folder"/postgres/{tree/usr/local/bin,tree/etc,data}
cp -a "$native" "$folder/postgres/tree/usr/local/pgsql"
cp "$here/postgres-run" "$folder/postgres/tree/usr/local/bin/docker-entrypoint.sh"
{ cat "$folder/base/etc/passwd"; echo 'postgres:x:999:999::/var/lib/postgresql:/bin/sh'; } >"$folder/postgres/tree/etc/passwd"
store build --pull-never -t "$postgres_image" -f "$here/postgres.Containerfile" "$folder/postgres"
store images
