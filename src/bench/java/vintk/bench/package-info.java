/**
 * Benchmarks, in profile {@code bench} only: {@link vintk.bench.SideBySide} times the kernel beside ONNX Runtime's
 * forward pass and beside PyTorch (libtorch through {@code org.bytedeco:pytorch}, Linux on x86-64).
 *
 * <p>From the root, building what is needed and then measuring:
 *
 * <pre>
 *   mvn -q -Pbench -DskipTests verify -Dbench.args="--model deit-tiny --batch 32 --repeats 5 --json target/bench.json"
 * </pre>
 *
 * <p>{@code -Dbench.args=--help} lists the options; {@code -Dbench.main=org.openjdk.jmh.Main -Dbench.args=Parts} times the {@link
 * vintk.bench.Parts parts} of a candidate besides its kernel. The profile sets, in the environment of the one process that all run
 * in, and a run outside Maven has to set as well ({@code src/pom.xml} has the values):
 *
 * <ul>
 *   <li>{@code GLIBC_TUNABLES}: freed memory stays with the process. libtorch otherwise asks the system for every large
 *       tensor; ONNX Runtime has an arena of its own.
 *   <li>{@code OMP_WAIT_POLICY=passive}: libtorch's threads sleep at barriers. On a quiet machine compare {@code
 *       -Dbench.waiting=active}; on a busy one that is slower by a factor of ten. ONNX Runtime keeps its default.
 *   <li>{@code ORT_DISABLE_TELEMETRY=1}: ONNX Runtime 1.29 crashes on the long class path without.
 * </ul>
 *
 * <p>Beside it: {@link vintk.bench.DeviceBench}, kernels on one device ({@code src/bench/gpu/run.sh} runs it with PyTorch beside it);
 * {@link vintk.bench.FileTimes}, the files of a folder ({@code src/bench/torchvision/steps.py} runs it with PyTorch beside it); {@link
 * vintk.bench.KernelProfile}, where the time of one kernel goes.
 *
 * <p>Look at {@code others} first, the share of all processors that other processes took: ratios of a busy machine say
 * little. Operations count two a multiply-add; {@code peak} is the share of what {@code gemm} reaches. The graphs of this
 * program compute the last block for the class token alone, PyTorch's code for all tokens, hence the different GFLOP of
 * forward passes. libtorch here multiplies by OpenBLAS; wheels with MKL may be faster: compare {@code torch-gemm} with
 * {@code gemm}. Peak memory is that of everything together; {@code --only} narrows it down.
 */
package vintk.bench;
