package vintk.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import vintk.input.Batch;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.runtime.Device;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelMatrix;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelException;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.ParameterFilter;
import vintk.runtime.Reduction;
import vintk.runtime.SessionSettings;

/**
 * Times kernels of DeiT models on one device, and compares kernels with those of other programs there. Leaves models, images and
 * kernels in a folder, where {@code peer.py} of {@code src/bench/gpu} finds them for PyTorch's turn; results as a line of JSON each.
 */
@Command(name = "device-bench", mixinStandardHelpOptions = true, header = "Times kernels on one device.")
public final class DeviceBench implements Callable<Integer> {
    private static final int SIZE = 224;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--device", defaultValue = "auto")
    private String device;

    @Option(names = "--models", split = ",", defaultValue = "deit-tiny,deit-small")
    private List<String> models;

    @Option(names = "--batches", split = ",", defaultValue = "64,256")
    private List<Integer> batches;

    @Option(names = "--repeats", defaultValue = "5")
    private int repeats;

    @Option(names = "--gold", description = "Folder of cases with gold kernels.")
    private Path gold;

    @Option(names = "--work", required = true, description = "Folder for what is made.")
    private Path work;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DeviceBench()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(work);
        SessionSettings session = SessionSettings.of(0).on(Device.parse(device));
        for (String model : models) {
            for (int batch : batches) {
                kernel(model, batch, session);
            }
        }
        if (gold != null) {
            try (Stream<Path> cases = Files.list(gold)) {
                for (Path folder : cases.sorted().toList()) {
                    gold(folder, session);
                }
            }
        }
        return CommandLine.ExitCode.OK;
    }

    /** Appends a line of results. */
    private void line(ObjectNode node) throws IOException {
        System.out.println(node);
        Files.writeString(
                work.resolve("results.jsonl"),
                node + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
    }

    private void kernel(String model, int samples, SessionSettings session) throws IOException {
        Workload load = Workload.of(model, samples, SIZE, 0, 0, 0);
        Shape sample = load.network().sampleShape(Shape.of(3, SIZE, SIZE));
        Path file = work.resolve(model + ".onnx");
        if (!Files.exists(file)) {
            ModelWriter.write(ModelWriter.modelOfFreeBatch(load.network().graph(1, sample)), file);
        }
        Batch images = load.batch();
        Path input = work.resolve("images-" + samples + ".npy");
        if (!Files.exists(input)) {
            Npy.write(input, NpyArray.of(images));
        }
        double[] exact = null;
        for (boolean tf32 : session.device().isCuda() ? new boolean[] {false, true} : new boolean[] {false}) {
            KernelOptions options = KernelOptions.defaults().withSession(session.withTf32(tf32));
            long start = System.nanoTime();
            try (KernelEngine engine = KernelEngine.open(load.network(), samples, sample, options)) {
                double opened = seconds(start);
                start = System.nanoTime();
                KernelMatrix kernel = engine.compute(images.data());
                double first = seconds(start);
                double[] times = new double[repeats];
                for (int i = 0; i < repeats; i++) {
                    start = System.nanoTime();
                    engine.compute(images.data());
                    times[i] = seconds(start);
                }
                Arrays.sort(times);
                ObjectNode node = JSON.createObjectNode()
                        .put("what", tf32 ? "kernel-tf32" : "kernel")
                        .put("device", session.device().toString())
                        .put("model", model)
                        .put("batch", samples)
                        .put("open", opened)
                        .put("first", first)
                        .put("median", times[repeats / 2])
                        .put("gflop", load.kernelGflop())
                        .put("on_processor", String.join("; ", kernel.remarks()));
                if (tf32) {
                    node.put("relative_error", relative(kernel.values(), exact));
                } else {
                    exact = kernel.values();
                    Npy.write(
                            work.resolve("kernel-" + model + "-" + samples + ".npy"),
                            NpyArray.of(new long[] {samples, samples}, exact));
                }
                line(node);
            } catch (ModelException e) {
                line(failure(tf32 ? "kernel-tf32" : "kernel", model, e).put("batch", samples));
            }
        }
    }

    private static ObjectNode failure(String what, String model, ModelException e) {
        return JSON.createObjectNode().put("what", what).put("model", model).put("failed", e.getMessage());
    }

    /** The case's kernel, of the reductions {@code sum} and {@code vector}, against float64 autograd. */
    private void gold(Path folder, SessionSettings session) throws IOException {
        JsonNode meta = JSON.readTree(folder.resolve("meta.json").toFile());
        NpyArray input = Npy.read(folder.resolve("input.npy"));
        Shape shape = Shape.of(input.shape());
        boolean constant = meta.path("ntk_sum_is_zero").asBoolean();
        JsonNode errors = meta.get("float32_autograd");
        double tolerance = Math.max(
                1e-4,
                10
                        * Math.max(
                                errors.get("max_rel_err_per_tensor").asDouble(),
                                errors.get("noise_2e7_max_rel_err_per_tensor").asDouble()));
        List<Double> found = new ArrayList<>();
        String remarks = "";
        String engineName = "";
        try {
            for (String reduction : constant ? List.of("v") : List.of("sum", "v")) {
                KernelOptions options = KernelOptions.defaults()
                        .withReduction(Reduction.parse(
                                reduction.equals("v") ? "vector:" + folder.resolve("v.npy") : reduction))
                        .withParameters(
                                ParameterFilter.ALL,
                                Optional.of(meta.get("output").asText()))
                        .withSession(session);
                OnnxNetwork network = OnnxNetwork.read(folder.resolve("model.onnx"));
                try (KernelEngine engine = KernelEngine.open(
                        network, Math.toIntExact(shape.dim(0)), shape.slice(1, shape.rank()), options)) {
                    KernelMatrix kernel = engine.compute(input.floats());
                    remarks = String.join("; ", kernel.remarks());
                    engineName = kernel.engine();
                    found.add(relative(
                            kernel.values(),
                            Npy.read(folder.resolve("ntk_" + reduction + ".npy"))
                                    .doubles()));
                }
            }
        } catch (ModelException e) {
            line(failure("gold", folder.getFileName().toString(), e));
            return;
        }
        double worst = found.stream().mapToDouble(x -> x).max().orElse(Double.NaN);
        line(JSON.createObjectNode()
                .put("what", "gold")
                .put("model", folder.getFileName().toString())
                .put("engine", engineName)
                .put("worst", String.format(Locale.ROOT, "%.1e", worst))
                .put("tolerance", String.format(Locale.ROOT, "%.1e", tolerance))
                .put("holds", worst <= tolerance)
                .put("on_processor", remarks));
    }

    private static double relative(double[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
