#!/usr/bin/env bash
# Makes an archive to measure with, the same bytes each time but for its uuid and times.
#
#   bench/make-archive.sh ARCHIVE.vma [MIB]
#
# One disk holds MIB of data (2048 unless given), a third of it noise, the rest lines of text, with as much empty room behind each stretch of
# 64 MiB; another an eighth of that in text. Proxmox's vma writes it: PROXMOX_VMA names it, else it is vma-proxmox on PATH. ARCHIVE.vma.zst is
# made beside it, by zstd -3 from a pipe as vzdump makes it. The folder must hold the disks, too.
set -euo pipefail

archive=${1:?usage: bench/make-archive.sh ARCHIVE.vma [MIB]}
mib=${2:-2048}
proxmox=${PROXMOX_VMA:-vma-proxmox}
command -v "$proxmox" > /dev/null || { echo "Proxmox's vma is not there: $proxmox; PROXMOX_VMA names it." >&2; exit 1; }
folder=$(dirname "$archive")
work=$(mktemp -d "$folder/vma-make.XXXXXX")
trap 'rm -rf "$work"' EXIT

# noise SEED MIB: bytes that nothing compresses.
noise() { openssl enc -aes-128-ctr -nosalt -K "$(printf '%032x' "$1")" -iv "$(printf '%032x' 0)" -in /dev/zero 2> /dev/null | head -c "$2M" || true; }

# lines SEED MIB: lines of a log.
lines() {
    awk -v s="$(($1 + 1))" 'BEGIN {
        for (t = 0; ; t++) {
            s = (s * 16807) % 2147483647
            printf "Nov 20 %02d:%02d:%02d host-%d service[%d]: request %d from 10.%d.%d.%d took %d us\n",
                t / 3600 % 24, t / 60 % 60, t % 60, s % 7, s % 900 + 100, t, s % 256, s / 256 % 256, s / 65536 % 256, s % 100000
        }
    }' 2> /dev/null | head -c "$2M" || true
}

# fill DISK MIB NOISY: stretches of 64 MiB, each NOISY-th of noise, with holes between them.
fill() {
    local at=0 i=0
    while [ "$at" -lt "$2" ]; do
        if [ "$3" -gt 0 ] && [ $((i % $3)) -eq 0 ]; then noise "$i" 64; else lines "$i" 64; fi |
            dd of="$1" bs=1M seek=$((2 * at)) conv=notrunc iflag=fullblock status=none
        at=$((at + 64))
        i=$((i + 1))
    done
    truncate -s "$((2 * at))M" "$1"
}

fill "$work/scsi0.raw" "$mib" 3
fill "$work/scsi1.raw" "$((mib / 8))" 0
echo 'bench: of no machine' > "$work/qemu-server.conf"
rm -f "$archive"
"$proxmox" create "$archive" -c "$work/qemu-server.conf" \
    -d "format=raw:drive-scsi0=$work/scsi0.raw" -d "format=raw:drive-scsi1=$work/scsi1.raw" > /dev/null
zstd -3 -q -c < "$archive" > "$archive.zst"
ls -l "$archive" "$archive.zst"
