package vintk.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import vintk.onnx.Fusion;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.runtime.Device;
import vintk.runtime.SessionSettings;

/**
 * Where the time of a kernel goes: ONNX Runtime's profile by operator and shape. On CUDA set CUDA_LAUNCH_BLOCKING=1, or launches
 * are timed instead of work.
 */
@Command(name = "kernel-profile", mixinStandardHelpOptions = true, header = "Shows where the time of a kernel goes.")
public final class KernelProfile implements Callable<Integer> {
    private static final int ROWS = 30;

    @Option(
            names = "--model",
            defaultValue = "deit-tiny",
            description = Workload.MODELS + ", a search space, or a file (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--batch", defaultValue = "32")
    private int batch;

    @Option(names = "--size", defaultValue = "224")
    private int size;

    @Option(names = "--device", defaultValue = "cpu")
    private String device;

    @Option(names = "--runs", defaultValue = "3", description = "After one that is not counted.")
    private int runs;

    public static void main(String[] args) {
        System.exit(new CommandLine(new KernelProfile()).execute(args));
    }

    private record Total(String what, double[] sum) {}

    @Override
    public Integer call() throws Exception {
        SessionSettings settings = SessionSettings.of(0).on(Device.parse(device));
        Workload work = model.endsWith(".onnx")
                ? Workload.file(Path.of(model), batch, size)
                : Workload.of(model, batch, size, 0, 0, 0);
        Graph kernel = Fusion.apply(work.kernelGraph(), settings.target());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Path profile;
        try (OrtSession.SessionOptions options = settings.options()) {
            options.enableProfiling(Path.of(System.getProperty("java.io.tmpdir"), "kernel-profile")
                    .toString());
            try (OrtSession session =
                            environment.createSession(ModelWriter.model(kernel).toByteArray(), options);
                    OnnxTensor images = OnnxTensor.createTensor(
                            environment,
                            FloatBuffer.wrap(work.batch().data()),
                            work.batch().shape())) {
                for (int i = 0; i <= runs; i++) {
                    session.run(Map.of(kernel.inputs().get(0).name(), images)).close();
                }
                profile = Path.of(session.endProfiling());
            }
        }
        print(profile);
        Files.delete(profile);
        return CommandLine.ExitCode.OK;
    }

    private void print(Path profile) throws Exception {
        List<JsonNode> nodes = new ArrayList<>();
        int run = 0;
        for (JsonNode event : new ObjectMapper().readTree(profile.toFile())) {
            run += event.path("name").asText().equals("model_run") ? 1 : 0;
            if (event.path("name").asText().endsWith("_kernel_time")) {
                nodes.add(event);
            }
        }
        // Of the first run the nodes are left out.
        List<JsonNode> counted = nodes.subList(nodes.size() / (runs + 1), nodes.size());
        double total =
                counted.stream().mapToDouble(e -> e.path("dur").asDouble()).sum();
        System.out.printf(
                Locale.ROOT, "%d nodes, %.1f ms a run in %d runs%n", counted.size() / runs, total / runs / 1e3, run);
        table(counted, total, e -> e.path("args").path("op_name").asText());
        System.out.println();
        table(
                counted,
                total,
                e -> e.path("args").path("op_name").asText() + " "
                        + shapes(e.path("args").path("input_type_shape")) + " -> "
                        + shapes(e.path("args").path("output_type_shape")));
    }

    private static String shapes(JsonNode types) {
        StringBuilder text = new StringBuilder();
        types.forEach(type -> type.forEach(shape -> text.append(shape)));
        return text.toString();
    }

    private void table(List<JsonNode> events, double total, java.util.function.Function<JsonNode, String> key) {
        Map<String, double[]> sums = new LinkedHashMap<>();
        for (JsonNode event : events) {
            double[] sum = sums.computeIfAbsent(key.apply(event), k -> new double[2]);
            sum[0] += event.path("dur").asDouble();
            sum[1]++;
        }
        sums.entrySet().stream()
                .map(e -> new Total(e.getKey(), e.getValue()))
                .sorted(Comparator.comparingDouble((Total t) -> -t.sum[0]))
                .limit(ROWS)
                .forEach(t -> System.out.printf(
                        Locale.ROOT,
                        "%6.1f %%  %9.2f ms  %5.0f  %s%n",
                        100 * t.sum[0] / total,
                        t.sum[0] / runs / 1e3,
                        t.sum[1] / runs,
                        t.what));
    }
}
