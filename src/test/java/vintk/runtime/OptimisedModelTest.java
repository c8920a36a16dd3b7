package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.opset.BlockedLayout;

/** Models that ONNX Runtime saved after its own optimisations: the same parameters in another order, the same kernel. */
class OptimisedModelTest {
    private static final int SAMPLES = 3;
    private static final Shape IMAGE = Shape.of(3, 10, 8);

    private final Random random = new Random(7);

    @TempDir
    Path folder;

    private Value weight(String name, long... dims) {
        TensorType type = TensorType.of(DataType.FLOAT, dims);
        double[] numbers = random.doubles(type.shape().elements(), -0.5, 0.5).toArray();
        return Value.initializer(name, Tensor.of(type, numbers));
    }

    private static Value convolution(Value x, long group, long pad, Value w, Value b) {
        Attributes attributes = Attributes.NONE.with("group", group).with("pads", new long[] {pad, pad, pad, pad});
        return Ops.node("Conv", x.type().withShape(x.shape().with(1, w.shape().dim(0))), attributes, x, w, b);
    }

    /** Channels that fill no whole block, all of a group's own, few and many; a sum before an activation; pooling. */
    private Graph network() {
        Value x = Value.input("x", new TensorType(DataType.FLOAT, IMAGE.prepend(SAMPLES)));
        Value first = Ops.unary("Relu", convolution(x, 1, 1, weight("w1", 24, 3, 3, 3), weight("b1", 24)));
        Value depth = convolution(first, 24, 1, weight("w2", 24, 1, 3, 3), weight("b2", 24));
        Value point = convolution(depth, 1, 0, weight("w3", 24, 24, 1, 1), weight("b3", 24));
        Value both = Ops.unary("Relu", Ops.add(point, first));
        Attributes window =
                Attributes.NONE.with("kernel_shape", new long[] {2, 2}).with("strides", new long[] {2, 2});
        Value pooled = Ops.node("MaxPool", both.type().withShape(Shape.of(SAMPLES, 24, 5, 4)), window, both);
        Value last = Ops.unary("Tanh", convolution(pooled, 1, 1, weight("w4", 40, 24, 3, 3), weight("b4", 40)));
        Value flat = Ops.reshape(last, SAMPLES, 40 * 20);
        return new Graph("optimised", List.of(x), Map.of("y", Ops.matMul(flat, weight("out", 800, 2))));
    }

    private static KernelMatrix kernel(Path file) {
        KernelOptions options = KernelOptions.defaults().withPerParameter(true).withSession(SessionSettings.of(1));
        Random draw = new Random(3);
        float[] data = new float[Math.toIntExact(SAMPLES * IMAGE.elements())];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) draw.nextGaussian();
        }
        try (KernelEngine engine = KernelEngine.open(OnnxNetwork.read(file), SAMPLES, IMAGE, options)) {
            return engine.compute(data);
        }
    }

    private static void optimise(Path from, OrtSession.SessionOptions.OptLevel level, Path to) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setOptimizedModelFilePath(to.toString());
            OrtEnvironment.getEnvironment()
                    .createSession(from.toString(), options)
                    .close();
        }
    }

    @Test
    void theBlockedLayoutOfThisProcessorDoesNotChangeTheKernel() throws IOException, OrtException {
        Path plain = folder.resolve("plain.onnx");
        Path blocked = folder.resolve("blocked.onnx");
        Files.write(plain, ModelWriter.model(network()).toByteArray());
        optimise(plain, OrtSession.SessionOptions.OptLevel.ALL_OPT, blocked);
        assumeTrue(BlockedLayout.isIn(ModelFile.read(blocked)), "ONNX Runtime has no such layout on this processor");
        KernelMatrix expected = kernel(plain);
        KernelMatrix found = kernel(blocked);
        assertEquals(expected.engine(), found.engine());
        double largest = Arrays.stream(expected.values()).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < SAMPLES * SAMPLES; i++) {
            assertEquals(expected.values()[i], found.values()[i], 1e-5 * largest);
        }
        expected.perParameter().forEach((name, own) -> {
            if (name.startsWith("w")) {
                assertTrue(
                        found.perParameter().values().stream().anyMatch(v -> close(v, own)),
                        () -> "no parameter has the kernel of " + name);
            }
        });
    }

    private static boolean close(double[] a, double[] b) {
        double largest = Arrays.stream(b).map(Math::abs).max().orElse(0);
        for (int i = 0; i < b.length; i++) {
            if (Math.abs(a[i] - b[i]) > 1e-5 * largest) {
                return false;
            }
        }
        return true;
    }
}
