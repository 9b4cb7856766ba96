# shellcheck shell=bash
# Paired runs, for the scripts beside this. They set: runs (pairs of each), target (a folder on a tmpfs) and, if not all pairs are
# wanted, chosen (a pattern of grep -E for the names).

has() { command -v "$1" > /dev/null 2>&1; }

# Seconds that a command takes. A command that fails ends everything.
seconds() {
    local start end
    rm -rf "${target:?}/dir"
    start=$(date +%s.%N)
    bash -o pipefail -c "$1" > /dev/null 2> "$target/errors" || { echo "failed: $1" >&2; cat "$target/errors" >&2; exit 1; }
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}

median() { sort -n | awk 'NF { v[++n] = $1 } END { print (n % 2) ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }'; }

# pair NAME OURS OTHER [LABEL LABEL]: one run of each that does not count, then pairs in turn, every second one the other way round. The ratio
# is the second's time over the first's; its median is printed with the least and the most.
pair() {
    local name=$1 mine=$2 other=$3 a b i ratios="" as="" bs=""
    if ! grep -qE "${chosen:-}" <<< "$name"; then
        return
    fi
    seconds "$mine" > /dev/null
    seconds "$other" > /dev/null
    for i in $(seq "${runs:?}"); do
        if [ $((i % 2)) -eq 1 ]; then
            a=$(seconds "$mine")
            b=$(seconds "$other")
        else
            b=$(seconds "$other")
            a=$(seconds "$mine")
        fi
        as+="$a"$'\n'
        bs+="$b"$'\n'
        ratios+=$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", b / a }')$'\n'
    done
    printf '%-46s %s %6.2f s   %s %6.2f s   %s/%s %5.2f (%.2f to %.2f)\n' "$name" \
        "${4:-ours}" "$(median <<< "$as")" "${5:-other}" "$(median <<< "$bs")" "${5:-other}" "${4:-ours}" "$(median <<< "$ratios")" \
        "$(grep . <<< "$ratios" | sort -n | head -n 1)" "$(grep . <<< "$ratios" | sort -n | tail -n 1)"
}

# The map for extract -r: a preallocated target for each device of an archive. The first argument is a vma, the second the archive.
preallocate() {
    "$1" list "$2" | sed -n 's/^DEV: .*size: \([0-9]*\) devname: \(.*\)$/\1 \2/p' | while read -r size name; do
        fallocate -l "$size" "$target/$name.raw"
        echo "0:$name=$target/$name.raw"
    done > "$target/map"
}
