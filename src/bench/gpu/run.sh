#!/usr/bin/env bash
# Kernels on one device beside PyTorch there, in one run of under ten minutes; prints one table.
#
#   run.sh WORK [GOLD]     WORK: an empty folder for what is made; GOLD: a folder of cases with gold kernels
#
# From the environment:
#   DEVICE (auto)          of vintk; PEER (cuda, or cpu) of PyTorch
#   VINTK (target/vintk.jar)  the program, built with -Pcuda for a CUDA device; CP: what must stand before it on the class path
#   JAVA (java), JAVA_OPTS, PYTHON (python3, with torch, numpy and onnx)
#   CLASSES                compiled classes of the benchmark (default: compiled now, which takes a JDK)
#   MODELS, BATCHES, COUNT, WORKERS, BUDGET (480 s)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${1:?a folder for the results}
gold=${2:-}
DEVICE=${DEVICE:-auto} PEER=${PEER:-cuda} VINTK=${VINTK:-$root/target/vintk.jar} JAVA=${JAVA:-java} PYTHON=${PYTHON:-python3}
MODELS=${MODELS:-deit-tiny,deit-small} BATCHES=${BATCHES:-64,256} COUNT=${COUNT:-200} WORKERS=${WORKERS:-4} BUDGET=${BUDGET:-480}
export ORT_DISABLE_TELEMETRY=1
begin=$SECONDS
mkdir -p "$work"
rm -f "$work/results.jsonl"
if [ -z "${CLASSES:-}" ]; then
  CLASSES=$work/classes
  javac -d "$CLASSES" -cp "$VINTK" "$root"/src/bench/java/vintk/bench/{DeviceBench,Workload}.java
fi
cp=${CP:+$CP:}$VINTK:$CLASSES

echo "== vintk, kernels"
"$JAVA" ${JAVA_OPTS:-} -cp "$cp" vintk.bench.DeviceBench --device "$DEVICE" --models "$MODELS" --batches "$BATCHES" \
  ${gold:+--gold "$gold"} --work "$work" || echo "DeviceBench failed"

echo "== vintk, candidates a minute ($((SECONDS - begin)) s so far)"
for workers in 1 $WORKERS; do
  devices=$(printf "$DEVICE,%.0s" $(seq "$workers"))
  start=$(date +%s.%N)
  "$JAVA" ${JAVA_OPTS:-} -cp "$cp" vintk.cli.Vintk rank autoformer-tiny --count "$COUNT" --batch 32 --device "${devices%,}" \
    --out "$work/rank-$workers.jsonl" --quiet >"$work/rank-$workers.txt" || echo "rank failed with $workers workers"
  end=$(date +%s.%N)
  done=$(wc -l <"$work/rank-$workers.jsonl" || echo 0)
  "$PYTHON" -c "import json, sys; seconds = $end - $start; print(json.dumps({'what': 'rank, $workers at a time', 'model': 'autoformer-tiny', 'batch': 32,
    'median': seconds / max(1, $done), 'per_minute': round(60 * $done / seconds)}))" | tee -a "$work/results.jsonl"
done

echo "== PyTorch ($((SECONDS - begin)) s so far)"
"$PYTHON" "$here/peer.py" "$work" --device "$PEER" --models "$MODELS" --batches "$BATCHES" --until $((BUDGET - SECONDS + begin))
