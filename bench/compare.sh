#!/usr/bin/env bash
# Paired, alternating runs of this project's vma and other tools on the same archive. Prints seconds and the median ratio.
#
#   bench/compare.sh ARCHIVE.vma [RUNS [PATTERN]]
#
# Pairs whose names match PATTERN (grep -E) are taken, all unless given. ARCHIVE.vma has ARCHIVE.vma.zst, .gz, .lzo and .bz2 beside it
# (those that are not there are left out). Other tools are taken from PATH; PROXMOX_VMA names Proxmox's vma. Targets are made on TARGET (a
# tmpfs such as /dev/shm, which must hold the disks twice).
set -euo pipefail

archive=$(realpath "${1:?usage: bench/compare.sh ARCHIVE.vma [RUNS [PATTERN]]}")
runs=${2:-5}
chosen=${3:-}
proxmox=${PROXMOX_VMA:-vma-proxmox}
target=$(mktemp -d "${TARGET:-/dev/shm}/vma-bench.XXXXXX")
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/pairs.sh"
trap 'rm -rf "$target"' EXIT

dotnet build -v quiet --nologo -c Release "$root/src/VmaTools.Cli" >/dev/null
ours="$root/src/VmaTools.Cli/bin/Release/net8.0/vma"

if ! has "$proxmox"; then
    echo "Proxmox's vma is not there ($proxmox; PROXMOX_VMA names it): its pairs are left out."
fi

preallocate "$ours" "$archive"
map="$target/map"
cat "$archive" > /dev/null

extract="'$ours' extract -r '$map' '$archive' '$target/dir'"
if has "$proxmox"; then
    pair "extract onto preallocated, plain: vma" "$extract" "$proxmox extract -r '$map' '$archive' '$target/dir'"
fi

cp "$archive" "$target/copy"
pair "extract onto preallocated, plain: dd of the archive" "$extract" "dd if='$archive' of='$target/copy' bs=1M conv=notrunc"
rm "$target/copy"

for pack in "zst zstd" "lzo lzop" "gz gzip" "bz2 bzip2"; do
    read -r extension tool <<< "$pack"
    packed="$archive.$extension"
    if [ ! -f "$packed" ] || ! has "$tool"; then
        continue
    fi

    cat "$packed" > /dev/null
    pair "verify .$extension: $tool -dc alone" "'$ours' verify '$packed'" "$tool -dc '$packed'"
    extract="'$ours' extract -r '$map' '$packed' '$target/dir'"
    pair "extract .$extension: $tool -dc alone" "$extract" "$tool -dc '$packed'"
    if has "$proxmox"; then
        pair "extract .$extension: $tool -dc | vma" "$extract" "$tool -dc '$packed' | $proxmox extract -r '$map' - '$target/dir'"
    fi
done

rm -f "$target"/*.raw
pair "verify, plain: dd of the archive to /dev/null" "'$ours' verify '$archive'" "dd if='$archive' of=/dev/null bs=1M"
fresh="'$ours' extract '$archive' '$target/dir'"
if has "$proxmox"; then
    pair "extract onto fresh files, plain: vma" "$fresh" "$proxmox extract '$archive' '$target/dir'"
fi

for format in vhdx vhd qcow2 vmdk vdi; do
    pair "extract --format $format: our own raw export" "'$ours' extract --format $format '$archive' '$target/dir'" "$fresh"
done

if has "$proxmox" && has qemu-img; then
    disk=$("$ours" list "$archive" | sed -n 's/^DEV: .*devname: \(.*\)$/\1/p' | head -n 1)
    for format in vhdx qcow2; do
        pair "one disk to $format: vma + qemu-img convert" "'$ours' extract -d '$disk' --format $format '$archive' '$target/dir'" \
            "$proxmox extract -d '$disk' '$archive' '$target/dir' && qemu-img convert -f raw -O $format '$target/dir/disk-$disk.raw' '$target/dir/out'"
    done
fi

printf 'peak memory: %s KiB (verify), %s KiB (verify .zst)\n' \
    "$(/usr/bin/time -f %M "$ours" verify "$archive" 2>&1 >/dev/null | tail -n 1)" \
    "$([ -f "$archive.zst" ] && /usr/bin/time -f %M "$ours" verify "$archive.zst" 2>&1 >/dev/null | tail -n 1)"
