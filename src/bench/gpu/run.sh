#!/usr/bin/env bash
# Kernels on one device beside PyTorch there, in one run of under ten minutes; prints one table.
#
#   run.sh WORK [GOLD]     WORK: an empty folder for what is made; GOLD: a folder of cases with gold kernels
#
# From the environment:
#   DEVICE (cuda)          of vintk; PEER (cuda, or cpu) of PyTorch
#   VINTK (target/vintk.jar)  the program, built with -Pcuda for a CUDA device; CP: what must stand before it on the class path
#   JAVA (java), JAVA_OPTS, PYTHON (python3, with torch, numpy and onnx)
#   CLASSES                compiled classes of the benchmark (default: compiled now, which takes a JDK)
#   MODELS, BATCHES, COUNT, WORKERS, BUDGET (480 s)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${1:?a folder for the results}
gold=${2:-}
DEVICE=${DEVICE:-cuda} PEER=${PEER:-cuda} VINTK=${VINTK:-$root/target/vintk.jar} JAVA=${JAVA:-java} PYTHON=${PYTHON:-python3}
MODELS=${MODELS:-deit-tiny,deit-small} BATCHES=${BATCHES:-64,256} COUNT=${COUNT:-200} WORKERS=${WORKERS:-2} BUDGET=${BUDGET:-480}
export ORT_DISABLE_TELEMETRY=1
begin=$SECONDS
mkdir -p "$work"
rm -f "$work/results.jsonl"
if [ -z "${CLASSES:-}" ]; then
  CLASSES=$work/classes
  javac -d "$CLASSES" -cp "$VINTK" -sourcepath "$root/src/bench/java" "$root/src/bench/java/vintk/bench/DeviceBench.java"
fi
cp=${CP:+$CP:}$VINTK:$CLASSES

echo "== vintk, kernels"
"$JAVA" ${JAVA_OPTS:-} -cp "$cp" vintk.bench.DeviceBench --device "$DEVICE" --models "$MODELS" --batches "$BATCHES" \
  ${gold:+--gold "$gold"} --work "$work" || echo "DeviceBench failed"

echo "== vintk, candidates a minute ($((SECONDS - begin)) s so far)"
rank() { # name, workers, candidates, further options of vintk
  local name=$1 devices start seconds scored
  devices=$(printf "$DEVICE,%.0s" $(seq "$2"))
  start=$(date +%s.%N)
  "$JAVA" ${JAVA_OPTS:-} -cp "$cp" vintk.cli.Vintk rank autoformer-tiny --count "$3" --batch 32 --device "${devices%,}" \
    --out "$work/$name.jsonl" --quiet "${@:4}" >"$work/$name.txt" || echo "$name failed"
  seconds=$(echo "$(date +%s.%N) - $start" | bc -l 2>/dev/null || "$PYTHON" -c "import time; print(time.time() - $start)")
  scored=$(cat "$work/$name.jsonl" 2>/dev/null | grep -c '"status":"ok"' || true)
  "$PYTHON" -c "import json; print(json.dumps({'what': '$name, $2 at a time', 'model': 'autoformer-tiny', 'batch': 32,
    'median': $seconds / max(1, $scored), 'per_minute': round(60 * $scored / $seconds)}))" | tee -a "$work/results.jsonl"
}
rank rank-1 1 $((COUNT / 8 + 1))
rank rank "$WORKERS" "$COUNT"
case $DEVICE in
  cuda*)
    rank rank-tf32 "$WORKERS" "$COUNT" --precision tf32
    "$PYTHON" - "$work" <<'END' | tee -a "$work/results.jsonl" || echo "ranks failed"
import itertools, json, sys
def scores(name):
    rows = map(json.loads, open(f"{sys.argv[1]}/{name}.jsonl"))
    return {r["id"]: r["vintk"]["mean"] for r in rows if r["status"] == "ok"}
a, b = scores("rank"), scores("rank-tf32")
pairs = [(a[x] - a[y]) * (b[x] - b[y]) for x, y in itertools.combinations(sorted(a.keys() & b.keys()), 2)]
tau = sum((p > 0) - (p < 0) for p in pairs) / max(1, len(pairs))
print(json.dumps({"what": "ranks, tf32 against fp32", "note": f"Kendall tau {tau:.4f} of {len(a)} candidates"}))
END
    ;;
esac

echo "== PyTorch ($((SECONDS - begin)) s so far)"
"$PYTHON" "$here/peer.py" "$work" --device "$PEER" --models "$MODELS" --batches "$BATCHES" --until $((BUDGET - SECONDS + begin))
