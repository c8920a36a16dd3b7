package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.SharedFolder;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/**
 * Kernels of models that other people exported against float64 autograd ({@code shared/external}, README there). The
 * tolerance is max(1e-4, 10 × what plain float32 autograd or noise of its size does to the case).
 *
 * <p>Where a kernel misses it, samples are left out in which float32 cannot tell on which side of its kink an activation lies: in
 * the U-Net, one of 7e-9 of its layer's size, where sums have errors of 4e-7. Which side comes out depends on the order of sums, which
 * differs between processors.
 */
class GoldKernelTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Half of what float32 is off by in the U-Net's last layers (root mean square, of what goes into them). */
    private static final double ROUNDING = 0x1p-22;

    /** Name of the case, and the engine that {@code auto} must find: a fixed batch of 1 is the exporter's choice. */
    @ParameterizedTest
    @CsvSource({
        "act_zoo, batched",
        "albert_tied, batched",
        "autoformer, per-sample",
        "blazeface_front, per-sample",
        "burn_mnist, batched",
        "cct_fixedbatch6, batched",
        "deeploy_cct_opset20, batched",
        "deit_dist, batched",
        "mlp_mixer, batched",
        "mnist_cntk, batched",
        "mobilevit, batched",
        "onnx2c_pytorch_mnist, batched",
        "ppocr_cls, batched",
        "tenc_postnorm, batched",
        "tribuo_cnn_mnist, batched",
        "tv_convnext, batched",
        "tv_densenet, batched",
        "tv_efficientnet_b0, batched",
        "tv_fcn, batched",
        "tv_googlenet, batched",
        "tv_mobilenet_v2, batched",
        "tv_mobilenet_v3_small, batched",
        "tv_resnet18, batched",
        "tv_resnet18_default_init, batched",
        "tv_shufflenet_v2, batched",
        "tv_squeezenet1_1, batched",
        "tv_swin, batched",
        "tv_vgg11, batched",
        "tv_vit, batched",
        "ultraface_slim, batched",
        "unet, batched",
        "up18_mixer, batched",
        "up20_deit, batched",
        "vit_pgd_2_3_16, batched",
        "vnn_cifar_resnet2b, batched",
        "vnn_marabou_cifar_small, batched",
        "vnn_tinyyolo, batched",
        "ws_weightnorm, batched",
        "yunet_s_320, batched",
    })
    void equalsGold(String name, String engine) throws IOException {
        Path folder = SharedFolder.require("external/dev").resolve(name);
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        double tolerance = tolerance(meta);
        KernelMatrix vector = kernel(folder, meta, Reduction.parse("vector:" + folder.resolve("v.npy")));
        assertEquals(engine, vector.engine(), vector.reason());
        if (meta.path("ntk_sum_is_zero").asBoolean()) {
            ModelException refused = assertThrows(ModelException.class, () -> kernel(folder, meta, Reduction.SUM));
            assertEquals(ModelException.Kind.CONSTANT_OUTPUT, refused.kind());
        } else {
            KernelMatrix sum = kernel(folder, meta, Reduction.SUM);
            assertEqualsGold("sum", sum.values(), gold(folder, "ntk_sum"), tolerance, folder);
        }
        assertEqualsGold("v", vector.values(), gold(folder, "ntk_v"), tolerance, folder);
    }

    private static void assertEqualsGold(String what, double[] kernel, double[] gold, double tolerance, Path folder)
            throws IOException {
        double error = relative(kernel, gold);
        if (error <= tolerance) {
            return;
        }
        boolean[] decided = decided(folder);
        int samples = decided.length;
        long left = IntStream.range(0, samples).filter(i -> decided[i]).count();
        int[] kept = IntStream.range(0, samples * samples)
                .filter(i -> decided[i / samples] && decided[i % samples])
                .toArray();
        double rest = relative(part(kernel, kept), part(gold, kept));
        assertTrue(
                2 * left > samples && rest <= tolerance,
                () -> what + ": relative error " + error + ", " + rest + " of the " + left
                        + " samples without an undecided activation, > " + tolerance);
    }

    private static double[] part(double[] values, int[] kept) {
        return Arrays.stream(kept).mapToDouble(i -> values[i]).toArray();
    }

    /**
     * Of each sample, whether all that goes into Relu and LeakyRelu is further from 0 than sums of float32 are from the truth: in
     * float64, but for operators that ONNX Runtime has in float32 alone.
     */
    private static boolean[] decided(Path folder) throws IOException {
        NpyArray input = Npy.read(folder.resolve("input.npy"));
        Shape shape = Shape.of(input.shape());
        int samples = Math.toIntExact(shape.dim(0));
        Graph forward = OnnxNetwork.read(folder.resolve("model.onnx")).graph(samples, shape.slice(1, shape.rank()));
        Map<String, Value> kinked = new LinkedHashMap<>();
        for (Node node : forward.nodes()) {
            if (Set.of("Relu", "LeakyRelu").contains(node.opType())) {
                kinked.put("x" + kinked.size(), node.input(0));
            }
        }
        DoubleGraph wide = new DoubleGraph(new Graph("kinks", forward.inputs(), kinked), List.of());
        Tensor images = DoubleGraph.wide(Tensor.floats(shape, input.floats()));
        boolean[] decided = new boolean[samples];
        Arrays.fill(decided, true);
        GraphRun.run(wide.graph(), Map.of(forward.inputs().get(0).name(), images), SessionSettings.of(0))
                .values()
                .forEach(x -> leaveUndecided(x, decided));
        return decided;
    }

    private static void leaveUndecided(Tensor activations, boolean[] decided) {
        double[] x = activations.numbers();
        double size = Math.sqrt(Arrays.stream(x).map(v -> v * v).average().orElse(0));
        for (int i = 0; i < x.length; i++) {
            if (Math.abs(x[i]) < ROUNDING * size) {
                decided[i / (x.length / decided.length)] = false;
            }
        }
    }

    /** The engines are two ways to one kernel, whatever the chunk. */
    @ParameterizedTest
    @CsvSource({"tv_vit", "tenc_postnorm", "mobilevit", "tv_swin", "cct_fixedbatch6"})
    void enginesAgree(String name) throws IOException {
        Path folder = SharedFolder.require("external/dev").resolve(name);
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        KernelMatrix batched = kernel(folder, meta, options(meta, Reduction.SUM, KernelOptions.Engine.BATCHED), 6);
        KernelMatrix single = kernel(folder, meta, options(meta, Reduction.SUM, KernelOptions.Engine.PER_SAMPLE), 6);
        assertEquals("per-sample", single.engine());
        assertTrue(relative(single.values(), batched.values()) < 1e-5);
    }

    /** A model fixed at six samples takes four: the last chunk is filled up and cut off. */
    @Test
    void aFixedBatchTakesAnyNumberOfSamples() throws IOException {
        Path folder = SharedFolder.require("external/dev/cct_fixedbatch6");
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        KernelMatrix four = kernel(folder, meta, options(meta, Reduction.SUM, KernelOptions.Engine.AUTO), 4);
        double[] gold = gold(folder, "ntk_sum");
        double[] block = new double[16];
        for (int i = 0; i < 16; i++) {
            block[i] = gold[i / 4 * 6 + i % 4];
        }
        assertTrue(relative(four.values(), block) < 1e-4);
    }

    /** The kernels of the parameters against those of the gold, in its order. */
    @Test
    void perParameter() throws IOException {
        Path folder = SharedFolder.require("external/dev/tv_vit");
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        KernelOptions sum = options(meta, Reduction.SUM, KernelOptions.Engine.AUTO);
        KernelOptions each = sum.withPerParameter(true);
        KernelMatrix kernel = kernel(folder, meta, each, 6);
        double[] gold = gold(folder, "per_init_sum");
        int index = 0;
        for (JsonNode initializer : meta.get("initializers")) {
            String name = initializer.get("name").asText();
            double[] expected = Arrays.copyOfRange(gold, 36 * index, 36 * (index + 1));
            double error = relative(kernel.perParameter().get(name), expected);
            assertTrue(error < 1e-4, () -> name + ": relative error " + error);
            index++;
        }
        assertEquals(index, kernel.perParameter().size());
    }

    private static double tolerance(JsonNode meta) {
        JsonNode errors = meta.get("float32_autograd");
        double own = Math.max(
                errors.get("max_rel_err_per_tensor").asDouble(),
                errors.get("noise_2e7_max_rel_err_per_tensor").asDouble());
        return Math.max(1e-4, 10 * own);
    }

    private static double[] gold(Path folder, String name) throws IOException {
        return Npy.read(folder.resolve(name + ".npy")).doubles();
    }

    private static KernelOptions options(JsonNode meta, Reduction reduction, KernelOptions.Engine engine) {
        Optional<String> output = Optional.of(meta.get("output").asText());
        return KernelOptions.defaults()
                .withReduction(reduction)
                .withParameters(ParameterFilter.ALL, output)
                .withEngine(engine);
    }

    private static KernelMatrix kernel(Path folder, JsonNode meta, Reduction reduction) throws IOException {
        int samples = (int) Npy.read(folder.resolve("input.npy")).shape()[0];
        return kernel(folder, meta, options(meta, reduction, KernelOptions.Engine.AUTO), samples);
    }

    private static KernelMatrix kernel(Path folder, JsonNode meta, KernelOptions options, int samples)
            throws IOException {
        NpyArray input = Npy.read(folder.resolve("input.npy"));
        Shape shape = Shape.of(input.shape());
        Shape sample = shape.slice(1, shape.rank());
        OnnxNetwork network = OnnxNetwork.read(folder.resolve("model.onnx"));
        float[] data = Arrays.copyOf(input.floats(), Math.toIntExact(samples * sample.elements()));
        try (KernelEngine engine = KernelEngine.open(network, samples, sample, options)) {
            return engine.compute(data);
        }
    }

    /** ‖actual - expected‖ / ‖expected‖, Frobenius. */
    private static double relative(double[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }
}
