package vintk.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;

/**
 * Kernels of models that other people exported against float64 autograd. Needs the folder {@code shared/external} beside
 * the project; skipped where it is absent.
 */
class GoldKernelTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Relative Frobenius error of the kernel for reduction {@code sum} or {@code v}. */
    static double error(Path folder, String reduction, KernelOptions.Engine engine) throws IOException {
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        NpyArray input = Npy.read(folder.resolve("input.npy"));
        double[] gold = Npy.read(folder.resolve("ntk_" + reduction + ".npy")).doubles();
        Reduction how = reduction.equals("sum") ? Reduction.SUM : Reduction.parse("vector:" + folder.resolve("v.npy"));
        KernelOptions defaults = KernelOptions.defaults();
        KernelOptions options = new KernelOptions(
                how, defaults.parameters(), Optional.of(meta.get("output").asText()), engine, false, 0, 0);
        Shape shape = Shape.of(input.shape());
        OnnxNetwork network = OnnxNetwork.read(folder.resolve("model.onnx"));
        try (KernelEngine opened =
                KernelEngine.open(network, (int) shape.dim(0), shape.slice(1, shape.rank()), options)) {
            KernelMatrix kernel = opened.compute(input.floats());
            System.out.printf("%s %s %s (%s)%n", folder.getFileName(), reduction, kernel.engine(), kernel.reason());
            return relative(kernel.values(), gold);
        }
    }

    static double relative(double[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x"})
    void all(String x) throws IOException {
        try (Stream<Path> s = Files.list(Path.of("/work/shared/external/dev"))) {
            for (Path p : s.sorted().toList()) {
                for (String r : List.of("sum", "v")) {
                    try {
                        System.out.printf(
                                "RESULT %s %s %.3g%n", p.getFileName(), r, error(p, r, KernelOptions.Engine.AUTO));
                    } catch (Throwable e) {
                        System.out.printf("RESULT %s %s FAILED %s%n", p.getFileName(), r, e);
                        if (!(e instanceof ModelException)) e.printStackTrace(System.out);
                        break;
                    }
                }
            }
        }
    }
}
