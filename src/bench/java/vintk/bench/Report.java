package vintk.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import vintk.bench.Contender.Role;

/**
 * The times as a table and as JSON.
 *
 * @param facts about the run, in order
 * @param timings in the order of the run
 */
record Report(Map<String, Object> facts, List<Timing> timings) {
    private static final String HEAD = "%-20s %9s %9s %9s %10s %9s %8s %8s %7s%n";
    private static final String ROW = "%-20s %9.3f %9.3f %9.3f %10.2f %9.2f %8.1f %8.0f %6.0f%%%n";

    /** The median of the fastest of a role; NaN where none ran. */
    private double fastest(Role role) {
        return timings.stream()
                .filter(t -> t.contender().role() == role)
                .mapToDouble(Timing::median)
                .min()
                .orElse(Double.NaN);
    }

    /** What the columns show of a timing, by name. */
    private Map<String, Double> numbers(Timing timing) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("median", timing.median());
        numbers.put("min", timing.min());
        numbers.put("max", timing.max());
        numbers.put("ratio_to_forward", timing.median() / fastest(Role.FORWARD));
        numbers.put("ratio_to_step", timing.median() / fastest(Role.TORCH_STEP));
        numbers.put("gflop", timing.contender().gflop());
        numbers.put("gflop_per_second", timing.gflops());
        numbers.put("percent_of_peak", 100 * timing.contender().gflop() / peak() / timing.median());
        return numbers;
    }

    /** GFLOP/s of ONNX Runtime's matrix product. */
    private double peak() {
        return timings.stream()
                .filter(t -> t.contender().role() == Role.PEAK)
                .mapToDouble(Timing::gflops)
                .max()
                .orElse(Double.NaN);
    }

    /** Seconds of a forward pass and N backward passes through the whole batch, as TE-NAS' loop takes them. */
    double teNasLoop(int samples) {
        return fastest(Role.TORCH_FORWARD)
                + samples
                        * timings.stream()
                                .filter(t -> t.contender().name().equals(TorchContenders.BATCH_PASS))
                                .mapToDouble(Timing::median)
                                .findFirst()
                                .orElse(Double.NaN);
    }

    /** Text for people. */
    String table() {
        StringBuilder text = new StringBuilder();
        facts.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        text.append('\n');
        text.append(String.format(
                HEAD, "seconds", "median", "min", "max", "/ forward", "/ step", "GFLOP", "GFLOP/s", "peak"));
        for (Timing timing : timings) {
            Object[] cells = new Object[9];
            cells[0] = timing.contender().name();
            System.arraycopy(numbers(timing).values().toArray(), 0, cells, 1, 8);
            text.append(String.format(Locale.ROOT, ROW, cells));
        }
        return text.toString();
    }

    /** The same and every single time. */
    void write(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        facts.forEach(root::putPOJO);
        ObjectNode results = root.putObject("results");
        for (Timing timing : timings) {
            ObjectNode result = results.putObject(timing.contender().name());
            numbers(timing).forEach((name, number) -> {
                if (Double.isFinite(number)) {
                    result.put(name, number);
                }
            });
            result.putPOJO("seconds", timing.seconds());
        }
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }
}
