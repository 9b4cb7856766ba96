#!/usr/bin/env bash
# Measures reading archives in place: indexes, random and sequential reads through them, and network disks.
#
#   bench/in-place.sh ARCHIVE.vma [RUNS]
#
# ARCHIVE.vma has ARCHIVE.vma.zst, .gz and .lzo beside it (those that are not there are left out). With nbdcopy and qemu-nbd on
# PATH network disks are measured too: ours over the archives, against qemu-nbd over the largest disk as a raw file. That file,
# indexes and sockets are made on TARGET (a tmpfs such as /dev/shm, which must hold the disk).
set -euo pipefail

archive=$(realpath "${1:?usage: bench/in-place.sh ARCHIVE.vma [RUNS]}")
runs=${2:-3}
root=$(cd "$(dirname "$0")/.." && pwd)
target=$(mktemp -d "${TARGET:-/dev/shm}/vma-bench.XXXXXX")
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait; rm -rf "$target"' EXIT
export XDG_CACHE_HOME="$target/cache" TMPDIR="$target"

dotnet build -v quiet --nologo -c Release "$root/bench/InPlace" >/dev/null
dotnet build -v quiet --nologo -c Release "$root/src/VmaTools.Cli" >/dev/null
program="$root/bench/InPlace/bin/Release/net8.0/in-place"
vma="$root/src/VmaTools.Cli/bin/Release/net8.0/vma"

packed=()
for extension in zst gz lzo; do
    if [ -f "$archive.$extension" ]; then
        packed+=("$archive.$extension")
    fi
done

for file in "${packed[@]}"; do
    echo "== ${file##*/}"
    cat "$file" > /dev/null
    "$program" index "$file" "$runs"
    "$vma" index "$file" > /dev/null
    "$program" random "$file" "$runs"
    "$program" sequential "$file" "$runs"
done

if ! command -v nbdcopy >/dev/null || ! command -v qemu-nbd >/dev/null; then
    echo "nbdcopy and qemu-nbd (Debian: libnbd-bin, qemu-utils) are missing: network disks are not measured" >&2
    exit 0
fi

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Seconds that copying a disk to nowhere takes.
copy() {
    local start end
    start=$(date +%s.%N)
    nbdcopy "$1" null:
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

read -r size disk < <("$vma" list "$archive" | sed -n 's/^DEV: .*size: \([0-9]*\) devname: \(.*\)$/\1 \2/p' | sort -n | tail -n 1)
"$vma" extract -d "$disk" "$archive" "$target/dir"  > /dev/null
qemu-nbd -r -t -f raw -e 8 -k "$target/raw.sock" "$target/dir/disk-$disk.raw" &
servers+=($!)
while [ ! -S "$target/raw.sock" ]; do sleep 0.1; done

for file in "$archive" "${packed[@]}"; do
    "$vma" serve "$file" --socket "$target/ours.sock" > "$target/exports" &
    server=$!
    servers+=("$server")
    while [ ! -s "$target/exports" ]; do sleep 0.1; done
    copy "nbd+unix:///$disk?socket=$target/ours.sock" > /dev/null
    copy "nbd+unix:///?socket=$target/raw.sock" > /dev/null
    ours="" other="" ratios=""
    for _ in $(seq "$runs"); do
        a=$(copy "nbd+unix:///$disk?socket=$target/ours.sock")
        b=$(copy "nbd+unix:///?socket=$target/raw.sock")
        ours+="$a"$'\n' other+="$b"$'\n'
        ratios+=$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f", b / a }')$'\n'
    done
    printf 'nbdcopy of %s bytes from %s: %.2f s, from qemu-nbd of the raw disk %.2f s, qemu-nbd/ours %.2f, peak memory of the server %s MiB\n' \
        "$size" "${file##*/}" "$(printf '%s' "$ours" | median)" "$(printf '%s' "$other" | median)" "$(printf '%s' "$ratios" | median)" \
        "$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$server/status")"
    kill "$server"
    wait "$server" || true
    rm -f "$target/exports"
done
