package vintk.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vintk.bench.Contender.Role;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelOptions;
import vintk.runtime.SessionSettings;
import vintk.vit.VitGraph;

/** What ONNX Runtime does: the peak, the forward pass, and the kernel as this program computes it. */
final class OnnxContenders implements AutoCloseable {
    /** Side of the matrices of the peak. */
    static final int GEMM = 2048;

    /** The one environment of the process, as {@link vintk.runtime.Session} asks for it. */
    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "vintk");

    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<Contender> contenders = new ArrayList<>();
    private final Workload work;
    private final OrtSession forward;
    private final OnnxTensor images;
    private final KernelEngine engine;

    OnnxContenders(Workload work) throws OrtException {
        this.work = work;
        OnnxTensor square = tensor(new float[GEMM * GEMM], GEMM, GEMM);
        OrtSession gemm = session(gemm(), OptLevel.NO_OPT);
        add("gemm", Role.PEAK, 2e-9 * GEMM * GEMM * GEMM, () -> run(gemm, Map.of("a", square, "b", square)));
        images = tensor(work.batch().data(), work.batch().shape());
        forward = session(work.graph(), OptLevel.NO_OPT);
        OrtSession optimised = session(work.published(), OptLevel.ALL_OPT);
        add("forward", Role.FORWARD, work.forwardGflop(), () -> run(forward, Map.of(VitGraph.INPUT, images)));
        add("forward-opt", Role.FORWARD, work.forwardGflop(), () -> run(optimised, Map.of(VitGraph.INPUT, images)));
        engine = KernelEngine.open(
                work.network(),
                work.samples(),
                Shape.of(work.batch().shape()).slice(1, 4),
                KernelOptions.defaults()
                        .withEngine(KernelOptions.Engine.BATCHED)
                        .withSession(SessionSettings.of(work.threads()))
                        .withSeed(work.seed()));
        resources.add(engine);
        add(
                "kernel",
                Role.KERNEL,
                work.kernelGflop(),
                () -> engine.compute(work.batch().data()));
    }

    private void add(String name, Role role, double gflop, Runnable body) {
        contenders.add(new Contender(name, role, gflop, body));
    }

    List<Contender> contenders() {
        return contenders;
    }

    /** The logits of the batch, [N, classes]. */
    float[] logits() throws OrtException {
        try (OrtSession.Result result = forward.run(Map.of(VitGraph.INPUT, images))) {
            FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] logits = new float[buffer.remaining()];
            buffer.get(logits);
            return logits;
        }
    }

    /** Θ_00, the squared norm of the gradient of the first sample's sum of logits. */
    double firstNorm() {
        return engine.compute(work.batch().data()).values()[0];
    }

    private static Graph gemm() {
        Value a = Value.input("a", TensorType.of(DataType.FLOAT, GEMM, GEMM));
        Value b = Value.input("b", TensorType.of(DataType.FLOAT, GEMM, GEMM));
        return new Graph("gemm", List.of(a, b), Map.of("c", Ops.matMul(a, b)));
    }

    private static void run(OrtSession session, Map<String, OnnxTensor> feeds) {
        try {
            session.run(feeds).close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the settings of {@link vintk.runtime.SessionSettings}, but for the level. */
    private OrtSession session(Graph graph, OptLevel level) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setIntraOpNumThreads(work.threads());
            options.setInterOpNumThreads(1);
            options.setMemoryPatternOptimization(false);
            OrtSession session =
                    environment.createSession(ModelWriter.model(graph).toByteArray(), options);
            resources.add(session);
            return session;
        }
    }

    private OnnxTensor tensor(float[] values, long... shape) throws OrtException {
        FloatBuffer buffer = ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        buffer.put(values).rewind();
        OnnxTensor tensor = OnnxTensor.createTensor(environment, buffer, shape);
        resources.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
