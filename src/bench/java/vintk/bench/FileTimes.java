package vintk.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vintk.autodiff.BatchAxis;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.ntk.KernelGraph;
import vintk.onnx.Fusion;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.runtime.Differentiation;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelMatrix;
import vintk.runtime.KernelOptions;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.ParameterFilter;
import vintk.runtime.SessionSettings;

/**
 * Times the kernel of model files beside their forward pass: for every folder given, or folder in it, with a {@code
 * model.onnx} and an {@code input.npy}. A training step costs about three forward passes (forward, and backward to
 * activations and weights): {@code k/3f} is the kernel's time over that of three of the faster forward passes; {@code besides} what
 * a score takes beside the kernel, from the file on.
 */
public final class FileTimes {
    private static final int ROUNDS = 7;

    /** Threads of the session before still spin for some milliseconds, and would share the cores. */
    private static final long PAUSE_MILLIS = 100;

    private FileTimes() {}

    public static void main(String[] folders) throws Exception {
        System.out.printf(
                "%-26s %2s %-10s %9s %9s %9s %9s %7s  %s%n",
                "case", "N", "engine", "forward", "optim.", "kernel", "besides", "k/3f", "most of the kernel's time");
        for (String folder : folders) {
            try (Stream<Path> inside = Files.walk(Path.of(folder), 2)) {
                List<Path> models =
                        inside.filter(p -> p.endsWith("model.onnx")).sorted().toList();
                for (Path model : models) {
                    time(model);
                }
            }
        }
    }

    private static void time(Path file) throws Exception {
        NpyArray input = Npy.read(file.resolveSibling("input.npy"));
        Shape shape = Shape.of(input.shape());
        int samples = Math.toIntExact(shape.dim(0));
        Shape sample = shape.slice(1, shape.rank());
        OnnxNetwork network = OnnxNetwork.read(file);
        float[] data = input.floats();
        try (KernelEngine engine = KernelEngine.open(network, samples, sample, KernelOptions.defaults())) {
            KernelMatrix kernel = engine.compute(data);
            boolean batched = kernel.engine().equals("batched");
            int chunk = batched ? samples : Math.toIntExact(Math.max(1, network.fixedBatch()));
            Graph graph = network.graph(chunk, sample);
            try (Forward plain = new Forward(graph, OptLevel.NO_OPT, data, sample.prepend(chunk));
                    Forward optimised = new Forward(graph, OptLevel.ALL_OPT, data, sample.prepend(chunk))) {
                double[][] times = new double[3][ROUNDS];
                for (int round = -2; round < ROUNDS; round++) {
                    double[] now = {seconds(plain::run), seconds(optimised::run), seconds(() -> engine.compute(data))};
                    for (int i = 0; i < 3 && round >= 0; i++) {
                        times[i][round] = now[i];
                    }
                }
                double runs = (double) samples / chunk;
                double forward = runs * median(times[0]);
                double faster = runs * median(times[1]);
                double own = median(times[2]);
                System.out.printf(
                        Locale.ROOT,
                        "%-26s %2d %-10s %8.1fm %8.1fm %8.1fm %8.1fm %7.2f  %s%n",
                        file.getParent().getFileName(),
                        samples,
                        kernel.engine(),
                        1e3 * forward,
                        1e3 * faster,
                        1e3 * own,
                        1e3 * (whole(file, data, samples, sample) - own),
                        own / (3 * Math.min(forward, faster)),
                        batched ? costly(network, samples, sample, data) : "");
            }
        }
    }

    /** Seconds from the file to its first kernel: read, differentiated, opened, its samples tried, run. */
    private static double whole(Path file, float[] data, int samples, Shape sample) throws Exception {
        double[] times = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            double now = seconds(() -> {
                OnnxNetwork network = OnnxNetwork.read(file);
                try (KernelEngine engine = KernelEngine.open(network, samples, sample, KernelOptions.defaults())) {
                    engine.compute(data);
                }
            });
            times[Math.max(0, round)] = now;
        }
        return median(times);
    }

    /** The two operators that take most of a batched kernel, by ONNX Runtime's profile of a second run. */
    private static String costly(OnnxNetwork network, int samples, Shape sample, float[] data) throws Exception {
        Graph gradients = Differentiation.lean(network.graph(samples, sample));
        Map<Value, BatchAxis> axes = new IdentityHashMap<>();
        gradients.inputs().forEach(i -> axes.put(i, BatchAxis.at(axes.isEmpty() ? network.batchAxis() : 0)));
        String output = gradients.outputs().keySet().iterator().next();
        KernelGraph tracked = KernelGraph.batched(gradients, output, axes, samples);
        Graph kernel = Fusion.apply(
                tracked.differentiate(
                                tracked.seed().sum(),
                                ParameterFilter.ALL.select(gradients).counted(),
                                List.of(KernelGraph.Output.KERNEL))
                        .graph(),
                SessionSettings.of(0).target());
        Map<String, Double> sums = new TreeMap<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = SessionSettings.of(0).options()) {
            options.enableProfiling(
                    Path.of(System.getProperty("java.io.tmpdir"), "file-times").toString());
            try (OrtSession session =
                    environment.createSession(ModelWriter.model(kernel).toByteArray(), options)) {
                long[] shape = sample.prepend(samples).dims();
                try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(data), shape)) {
                    for (int i = 0; i < ROUNDS; i++) {
                        session.run(Map.of(kernel.inputs().get(0).name(), input))
                                .close();
                    }
                }
                Path profile = Path.of(session.endProfiling());
                for (JsonNode event : new ObjectMapper().readTree(profile.toFile())) {
                    if (event.path("name").asText().endsWith("_kernel_time")) {
                        sums.merge(
                                event.path("args").path("op_name").asText(),
                                event.path("dur").asDouble(),
                                Double::sum);
                    }
                }
                Files.delete(profile);
            }
        }
        double total = sums.values().stream().mapToDouble(x -> x).sum();
        return sums.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(2)
                .map(e -> String.format(Locale.ROOT, "%s %.0f %%", e.getKey(), 100 * e.getValue() / total))
                .collect(Collectors.joining(", "));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double seconds(Runnable work) throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS);
        // Wakes its own threads.
        work.run();
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** The forward pass of an imported graph. */
    private static final class Forward implements AutoCloseable {
        private final OrtSession session;
        private final Map<String, OnnxTensor> feeds;

        Forward(Graph graph, OptLevel level, float[] data, Shape shape) throws OrtException {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setOptimizationLevel(level);
                options.setInterOpNumThreads(1);
                options.setMemoryPatternOptimization(false);
                session = environment.createSession(ModelWriter.model(graph).toByteArray(), options);
            }
            FloatBuffer buffer = FloatBuffer.wrap(data, 0, Math.toIntExact(shape.elements()));
            feeds = Map.of(graph.inputs().get(0).name(), OnnxTensor.createTensor(environment, buffer, shape.dims()));
        }

        void run() {
            try {
                session.run(feeds).close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws OrtException {
            session.close();
            feeds.values().forEach(OnnxTensor::close);
        }
    }
}
