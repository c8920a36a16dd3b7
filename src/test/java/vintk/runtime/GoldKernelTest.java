package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.SharedFolder;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;

/**
 * Kernels of models that other people exported against float64 autograd ({@code shared/external}, README there). The
 * tolerance is max(1e-4, 10 × what plain float32 autograd or noise of its size does to the case).
 */
class GoldKernelTest {
    private static final ObjectMapper JSON = new ObjectMapper();

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
        KernelMatrix sum = kernel(folder, meta, Reduction.SUM);
        KernelMatrix vector = kernel(folder, meta, Reduction.parse("vector:" + folder.resolve("v.npy")));
        assertEquals(engine, sum.engine(), sum.reason());
        boolean constant =
                meta.has("ntk_sum_is_zero") && meta.get("ntk_sum_is_zero").asBoolean();
        double sumError = constant ? 0 : relative(sum.values(), gold(folder, "ntk_sum"));
        double vectorError = relative(vector.values(), gold(folder, "ntk_v"));
        assertTrue(sumError <= tolerance, () -> "sum: relative error " + sumError + " > " + tolerance);
        assertTrue(vectorError <= tolerance, () -> "v: relative error " + vectorError + " > " + tolerance);
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
