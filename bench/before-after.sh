#!/usr/bin/env bash
# Whether work has cost speed: this project's vma as it is, in pairs with itself as it was at another commit, plain and .zst.
#
#   bench/before-after.sh COMMIT ARCHIVE.vma [RUNS [PATTERN]]
#
# Pairs whose names match PATTERN (grep -E) are taken, all unless given. The earlier state is built in a work tree of its own, which goes
# again. Targets are made on TARGET (a tmpfs such as /dev/shm, which must hold the disks twice); indexes are not used.
set -euo pipefail

commit=${1:?usage: bench/before-after.sh COMMIT ARCHIVE.vma [RUNS [PATTERN]]}
archive=$(realpath "${2:?usage: bench/before-after.sh COMMIT ARCHIVE.vma [RUNS [PATTERN]]}")
runs=${3:-9}
chosen=${4:-}
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/pairs.sh"
target=$(mktemp -d "${TARGET:-/dev/shm}/vma-bench.XXXXXX")
earlier=$(mktemp -d)
trap 'rm -rf "$target"; git -C "$root" worktree remove --force "$earlier/state"; rm -rf "$earlier"' EXIT

git -C "$root" worktree add --quiet --detach "$earlier/state" "$commit"
for state in "$root" "$earlier/state"; do
    dotnet build -v quiet --nologo -c Release "$state/src/VmaTools.Cli" > /dev/null
done
new="$root/src/VmaTools.Cli/bin/Release/net8.0/vma"
old="$earlier/state/src/VmaTools.Cli/bin/Release/net8.0/vma"
export XDG_CACHE_HOME="$target/cache"

preallocate "$new" "$archive"
for packed in "$archive" "$archive.zst"; do
    if [ ! -f "$packed" ]; then
        echo "Not there, so not measured: $packed"
        continue
    fi

    cat "$packed" > /dev/null
    kind=$([ "$packed" = "$archive" ] && echo plain || echo .zst)
    pair "verify, $kind" "'$old' verify '$packed'" "'$new' verify '$packed'" old new
    pair "extract onto preallocated, $kind" "'$old' extract -r '$target/map' '$packed' '$target/dir'" "'$new' extract -r '$target/map' '$packed' '$target/dir'" old new
done

rm -f "$target"/*.raw
for packed in "$archive" "$archive.zst"; do
    [ -f "$packed" ] || continue
    kind=$([ "$packed" = "$archive" ] && echo plain || echo .zst)
    pair "extract onto fresh files, $kind" "'$old' extract '$packed' '$target/dir'" "'$new' extract '$packed' '$target/dir'" old new
done
