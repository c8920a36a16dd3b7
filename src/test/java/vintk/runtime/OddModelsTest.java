package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.SharedFolder;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;
import vintk.space.RandomStream;

/** Unusual files ({@code shared/external/odd}, its manifest says what each is): a kernel, or one line that says why not. */
class OddModelsTest {
    /**
     * Name, engine, numbers in the parameters that count. Files without batch take one sample each. Those
     * whose weights ConstantOfShape made have values beyond any range behind a few layers, so their kernels need not be finite.
     */
    @ParameterizedTest
    @CsvSource({
        "burn_conv_transpose3d, per-sample, 906",
        "double_model, batched, 36123",
        "fake_quant_qdq, batched, 314",
        "int_input_embedding, batched, 2138",
        "jax2onnx_function, per-sample, 264192",
        "light_bvlc_alexnet, batched, 60965224",
        "light_densenet121, batched, 8062504",
        "light_inception_v1, batched, 6998552",
        "light_inception_v2, batched, 11214888",
        "light_resnet50, batched, 25557032",
        "light_shufflenet, batched, 1393320",
        "light_squeezenet, batched, 1235496",
        "light_vgg19, batched, 143667240",
        "light_zfnet512, batched, 87250536",
        "onnx2c_velardo14, batched, 1014218",
        "resnet18_external, batched, 718506",
        "tract_keras_example, batched, 3265",
        "training_dropout, batched, 49338",
        "training_mode_bn, batched, 718506",
        "two_inputs, batched, 364",
        "ultraface_maui, batched, 237880",
        "vgg11_float16, batched, 138850",
        "vit_local_functions, batched, 325162",
        "vnn_acasxu_3_9, batched, 13310",
        "vnn_distshift_concat, batched, 342690",
        "vnn_ml4acopf, batched, 4150",
        "vnn_mscn, batched, 102529",
        "vnn_traffic_bnn, batched, 11008",
        "wonnx_opt_mnist, batched, 5994",
    })
    void ok(String name, String engine, long parameters) throws IOException {
        boolean light = name.startsWith("light_");
        KernelMatrix kernel = kernel(name, light ? 1 : 3);
        assertEquals(engine, kernel.engine(), kernel.reason());
        assertEquals(parameters, kernel.elements());
        double[] values = kernel.values();
        double trace = 0;
        for (int i = 0; i < kernel.size(); i++) {
            double square = values[i * kernel.size() + i];
            assertTrue(square >= 0 || light, () -> "diagonal element " + square);
            trace += square;
        }
        double sum = trace;
        assertTrue(sum > 0 && Double.isFinite(sum) || light && sum != 0, () -> "trace " + sum);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "burn_attention_4d | CONSTANT_OUTPUT | output 'y' depends on no parameter",
                "burn_batch_norm_runtime | CONSTANT_OUTPUT | output 'output' depends on no parameter",
                // Sequences of a fixed length, samples on axis 1, which nothing in the file says.
                "burn_gru_bi | ERROR | samples could not be tracked at Slice: it works along the axis of the samples",
                "burn_lstm | ERROR | samples could not be tracked at Slice: it works along the axis of the samples",
                "burn_if | INVALID_MODEL | Op (If)",
                "burn_loop | INVALID_MODEL | Op (Loop)",
                "burn_scan | CONSTANT_OUTPUT | output 'final_sum' depends on no parameter",
                "deeploy_cct2_train | INVALID_MODEL | First input does not have rank 2",
                "deeploy_cnn_linear1 | UNSUPPORTED_OPERATOR | PACTOps:RequantShift(-1) is not a registered",
                "deeploy_icct_int | UNSUPPORTED_OPERATOR | RequantShift",
                "onnx2c_lgbm | UNSUPPORTED_OPERATOR | TreeEnsembleClassifier",
                "onnx2c_out_of_order | CONSTANT_OUTPUT | output 'Y' depends on no parameter",
                "onnx2c_qlinearadd | INVALID_MODEL | no output is of a floating type",
                "scripted_if_loop | ERROR | samples influence each other: output 'output'",
                "super_resolution_tutorial | INVALID_MODEL | names no opset",
                "superres_prepost_op18 | UNSUPPORTED_OPERATOR | com.microsoft.extensions:DecodeImage",
                "test_gradient_of_add | UNSUPPORTED_OPERATOR | ai.onnx.preview.training:Gradient",
                "test_gradient_of_add_and_mul | UNSUPPORTED_OPERATOR | ai.onnx.preview.training:Gradient",
                "tract_qlstm | ERROR | samples influence each other",
                "tribuo_skl_lr_mnist | UNSUPPORTED_OPERATOR | ZipMap",
                "vnn_cctsdb_yolo | UNSUPPORTED_OPERATOR | Slice 'Slice_34': input 2",
                "vnn_unet_simp | INVALID_MODEL | no output is of a floating type",
                "vnn_unet_upsample | INVALID_MODEL | no output is of a floating type",
            })
    void refused(String name, ModelException.Kind kind, String gist) throws IOException {
        String message;
        try {
            KernelMatrix kernel = kernel(name, 3);
            message = "a kernel of " + kernel.elements() + " parameters, " + kernel.engine();
        } catch (ModelException e) {
            message = e.getMessage();
            assertEquals(kind, e.kind(), message);
        }
        String told = message;
        assertTrue(told.contains(gist), told);
        assertFalse(told.contains("\n"), told);
    }

    /** Files of cases with gold kernels, in another form. */
    @ParameterizedTest
    @CsvSource({"vit_local_functions, tv_vit", "resnet18_external, tv_resnet18"})
    void gold(String name, String twin) throws IOException {
        Path folder = SharedFolder.require("external/dev/" + twin);
        NpyArray input = Npy.read(folder.resolve("input.npy"));
        Shape shape = Shape.of(input.shape());
        OnnxNetwork network = OnnxNetwork.read(SharedFolder.require("external/odd/" + name + ".onnx"));
        KernelOptions options = KernelOptions.defaults();
        double[] gold = Npy.read(folder.resolve("ntk_sum.npy")).doubles();
        try (KernelEngine engine =
                KernelEngine.open(network, Math.toIntExact(shape.dim(0)), shape.slice(1, shape.rank()), options)) {
            double[] kernel = engine.compute(input.floats()).values();
            double norm = Math.sqrt(Arrays.stream(gold).map(x -> x * x).sum());
            double error = 0;
            for (int i = 0; i < gold.length; i++) {
                error = Math.hypot(error, kernel[i] - gold[i]);
            }
            double relative = error / norm;
            assertTrue(relative < 1e-4, () -> "relative error " + relative);
        }
    }

    /** No file of the folder is forgotten here. */
    @Test
    void all() throws IOException, NoSuchMethodException {
        Set<String> named = new TreeSet<>();
        for (String row : OddModelsTest.class
                .getDeclaredMethod("ok", String.class, String.class, long.class)
                .getAnnotation(CsvSource.class)
                .value()) {
            named.add(row.split(",")[0]);
        }
        for (String row : OddModelsTest.class
                .getDeclaredMethod("refused", String.class, ModelException.Kind.class, String.class)
                .getAnnotation(CsvSource.class)
                .value()) {
            named.add(row.split(" ")[0]);
        }
        try (Stream<Path> files = Files.list(SharedFolder.require("external/odd"))) {
            assertEquals(
                    named,
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> f.endsWith(".onnx"))
                            .map(f -> f.replace(".onnx", ""))
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    /** Of noise, and one random vector of outputs. */
    private static KernelMatrix kernel(String name, int samples) {
        OnnxNetwork network = OnnxNetwork.read(SharedFolder.require("external/odd/" + name + ".onnx"));
        Shape sample = network.sampleShape(Shape.of(3, 32, 32));
        float[] data = new float[Math.toIntExact(samples * sample.elements())];
        RandomStream.of(0, name).normal(data, 1);
        KernelOptions options = KernelOptions.defaults().withReduction(Reduction.parse("trace:3"));
        try (KernelEngine engine = KernelEngine.open(network, samples, sample, options)) {
            return engine.compute(data);
        }
    }
}
