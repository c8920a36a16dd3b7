package vintk.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times the kernel beside the forward pass and beside PyTorch, in one process. All have the same weights, images and
 * threads; runs take turns (A B C, A B C, …), so that a change of the machine's mood meets all alike.
 */
@Command(
        name = "side-by-side",
        mixinStandardHelpOptions = true,
        header = "Times the kernel beside ONNX Runtime's forward pass and PyTorch's training step.")
public final class SideBySide implements Callable<Integer> {
    /** Largest difference of logits and of gradient norms, relative to the largest: float32, twelve blocks. */
    private static final double TOLERANCE = 1e-4;

    /** Threads of the one before still spin for some milliseconds. */
    private static final long PAUSE_MILLIS = 150;

    @Option(
            names = "--model",
            defaultValue = "deit-tiny",
            description = Workload.MODELS + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--batch", defaultValue = "32", description = "Images (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--size", defaultValue = "224", description = "Pixels of a side (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--depth", defaultValue = "0", description = "Blocks, of a DeiT; 0: as many as it has (default).")
    private int depth;

    @Option(names = "--repeats", defaultValue = "5", description = "Rounds that count (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--warmup", defaultValue = "2", description = "Rounds before them (default: ${DEFAULT-VALUE}).")
    private int warmup;

    @Option(names = "--threads", defaultValue = "0", description = "Of everyone; 0: one a core (default).")
    private int threads;

    @Option(names = "--seed", defaultValue = "0", description = "Of weights and images (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Time these alone; for their memory, too.")
    private List<String> only = List.of();

    @Option(names = "--loops", description = "Also kernels in PyTorch as others compute them, which takes minutes.")
    private boolean loops;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results there.")
    private Path json;

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new SideBySide());
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            if (!(problem instanceof IllegalArgumentException)) {
                throw problem;
            }
            command.getErr().println(problem.getMessage());
            return CommandLine.ExitCode.USAGE;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        Workload work = Workload.of(model, batch, size, depth, seed, count);
        // libtorch crashes while it loads where ONNX Runtime is loaded already.
        TorchContenders torch = new TorchContenders(work, loops);
        try (OnnxContenders onnx = new OnnxContenders(work)) {
            Map<String, Object> facts = facts(work, torch);
            if (only.isEmpty()) {
                check(onnx, torch, facts);
            }
            List<Contender> contenders = new ArrayList<>(onnx.contenders());
            contenders.addAll(torch.contenders());
            contenders.removeIf(c -> !only.isEmpty() && !only.contains(c.name()));
            Machine machine = new Machine();
            List<Timing> timings = time(contenders);
            facts.put("others", String.format(Locale.ROOT, "%.0f %% of the machine", 100 * machine.othersShare()));
            facts.put("peak memory", Machine.peakMemory());
            Report report = new Report(facts, timings);
            if (loops) {
                facts.put("TE-NAS loop, computed", report.teNasLoop(batch) + " s: a forward pass and N batch passes");
            }
            System.out.print(report.table());
            if (json != null) {
                report.write(json);
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private Map<String, Object> facts(Workload work, TorchContenders torch) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", model);
        facts.put("batch", batch);
        facts.put("size", size);
        facts.put("depth", depth == 0 ? "as published" : depth);
        facts.put("parameters", torch.parameters());
        facts.put("threads", work.threads());
        facts.put("repeats", repeats);
        facts.put("processor", Machine.processor());
        facts.put("allocator", Machine.allocator());
        facts.put("waiting", Machine.waiting());
        return facts;
    }

    /** That all compute the same: logits of all samples, and one entry of the kernel. */
    private static void check(OnnxContenders onnx, TorchContenders torch, Map<String, Object> facts) throws Exception {
        float[] ours = onnx.logits();
        double logits = Math.max(difference(ours, torch.logits(false)), difference(ours, torch.logits(true)));
        double norm = torch.firstNorm();
        double kernel = Math.abs(onnx.firstNorm() - norm) / norm;
        facts.put("difference of logits", logits);
        facts.put("difference of kernel[0, 0]", kernel);
        if (!(logits <= TOLERANCE && kernel <= TOLERANCE)) {
            throw new IllegalStateException("ONNX Runtime and PyTorch do not compute the same network: " + facts);
        }
    }

    /** Largest difference, relative to the largest number. */
    private static double difference(float[] a, float[] b) {
        double difference = a.length == b.length ? 0 : Double.NaN;
        double largest = 0;
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            difference = Math.max(difference, Math.abs(a[i] - b[i]));
            largest = Math.max(largest, Math.abs(a[i]));
        }
        return difference / largest;
    }

    private List<Timing> time(List<Contender> contenders) throws InterruptedException {
        List<Timing> timings =
                contenders.stream().map(c -> new Timing(c, new double[repeats])).toList();
        for (int round = -warmup; round < repeats; round++) {
            for (Timing timing : timings) {
                Thread.sleep(PAUSE_MILLIS);
                long start = System.nanoTime();
                timing.contender().body().run();
                double seconds = (System.nanoTime() - start) / 1e9;
                if (round >= 0) {
                    timing.seconds()[round] = seconds;
                }
            }
        }
        return timings;
    }
}
