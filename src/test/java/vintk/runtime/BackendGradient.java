package vintk.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Tensor;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * The gradients of an imported model by inputs and initializers against differences of the original, one element of an
 * operand at a time (a seeded choice where there are many).
 *
 * <p>Elements whose differences lie over a kink or a jump are left out. Where these are most of an operand, all operands
 * are moved by a seeded jitter of a few percent of each element (and a thousandth of the typical size), and once more.
 */
final class BackendGradient {
    /** Of the largest element of the gradient, which is computed in float32; differences in float64. */
    private static final double TOLERANCE = 1e-4;

    /** Differences in float32: rounding of 1e-7 over steps of 1/256, times what cancels in sums. */
    private static final double SINGLE_TOLERANCE = 1e-2;

    /** Elements of an operand that are tried at most. */
    private static final int ELEMENTS = 40;

    private static final int MOVES = 3;

    private final Graph graph;
    private final List<Value> targets;
    private final OriginalModel original;
    private final Random random = new Random(7);

    /** What was found: pairs of output and operand with a gradient, and without; outputs that were refused. */
    record Found(int compared, int zero, List<String> refused, List<String> wrong) {}

    private int compared;
    private int zero;
    private final List<String> wrong = new ArrayList<>();

    BackendGradient(Graph graph, List<Value> targets, OriginalModel original) {
        this.graph = graph;
        this.targets = targets;
        this.original = original;
    }

    /** Compares all float outputs; {@code at} holds the operands. */
    Found run(Map<String, Tensor> at) {
        List<String> refused = new ArrayList<>();
        graph.outputs().forEach((name, output) -> {
            if (output.dataType() == DataType.FLOAT && output.shape().elements() > 0) {
                try {
                    compare(name, output, at);
                } catch (UnsupportedOperatorException e) {
                    refused.add(e.getMessage());
                }
            }
        });
        return new Found(compared, zero, refused, wrong);
    }

    private void compare(String name, Value output, Map<String, Tensor> at) {
        Value seed = Value.input("vintk/seed", output.type());
        Map<Value, Accumulator> gradients = Gradients.of(output, seed, targets, BatchFlow.none());
        Map<String, Value> outputs = new LinkedHashMap<>();
        gradients.forEach((target, gradient) -> outputs.put("vintk/" + target.name(), gradient.full()));
        // Initializers are inputs here, so that they can be moved off kinks.
        List<Value> inputs = new ArrayList<>(graph.inputs());
        inputs.add(seed);
        try (GraphRun run = outputs.isEmpty()
                ? null
                : new GraphRun(
                        Parameters.asInputs(new Graph("gradient", inputs, outputs), targets), SessionSettings.of(1))) {
            double[] cotangent = new double[Math.toIntExact(output.shape().elements())];
            for (int i = 0; i < cotangent.length; i++) {
                cotangent[i] = (float) ((random.nextBoolean() ? 1 : -1) * (0.5 + random.nextDouble()));
            }
            for (Value target : targets) {
                if (target.shape().elements() == 0) {
                    continue;
                }
                boolean found = gradients.containsKey(target);
                String fault = fault(name, target, found ? run : null, Tensor.of(output.type(), cotangent), at);
                if (fault != null) {
                    wrong.add(name + " by " + target.name() + ": " + fault);
                } else if (found) {
                    compared++;
                } else {
                    zero++;
                }
            }
        }
    }

    /** What is wrong, or null. */
    private String fault(String name, Value target, GraphRun run, Tensor cotangent, Map<String, Tensor> at) {
        Map<String, Tensor> point = at;
        for (int move = 0; ; move++) {
            Map<String, Tensor> given = new LinkedHashMap<>(point);
            given.put("vintk/seed", cotangent);
            double[] gradient = run == null
                    ? new double[Math.toIntExact(target.shape().elements())]
                    : run.run(given).get("vintk/" + target.name()).numbers();
            Measured measured = measure(name, target.name(), gradient, cotangent.numbers(), point);
            if (measured.enough()) {
                return measured.fault();
            }
            if (move == MOVES) {
                return "no element could be measured";
            }
            point = moved(at);
        }
    }

    private record Measured(boolean enough, String fault) {}

    private Measured measure(
            String output, String target, double[] gradient, double[] cotangent, Map<String, Tensor> point) {
        double[] x = point.get(target).numbers();
        double[] scales = scales(x);
        int[] chosen = random.ints(0, x.length)
                .distinct()
                .limit(Math.min(ELEMENTS, x.length))
                .toArray();
        double[] expected = new double[chosen.length];
        boolean[] smooth = new boolean[chosen.length];
        double[] noise = new double[chosen.length];
        int count = 0;
        int without = 0;
        double largest = 0;
        double size = 0;
        for (int c = 0; c < chosen.length; c++) {
            int i = chosen[c];
            Differences found = Differences.of(
                    along(output, target, point, i, scales[i]),
                    original.isDouble() ? Differences.STEP : Differences.SINGLE_STEP);
            size = Math.max(size, Differences.size(found.value()));
            // An output that is not a number stays so: the gradient there is none either.
            boolean infinite = Arrays.stream(found.value()).anyMatch(y -> !Double.isFinite(y));
            if (!Double.isFinite(x[i]) || infinite && !Double.isFinite(gradient[i])) {
                without++;
                continue;
            }
            smooth[c] = isSmooth(found);
            noise[c] = original.isDouble() ? 0 : rounding(found, scales[i]);
            for (int o = 0; o < cotangent.length && smooth[c]; o++) {
                if (Double.isFinite(found.value()[o])) {
                    expected[c] += cotangent[o] * found.derivative()[o] / scales[i];
                }
            }
            count += smooth[c] ? 1 : 0;
            largest = smooth[c] ? Math.max(largest, Math.abs(expected[c])) : largest;
        }
        double tolerance = original.isDouble() ? TOLERANCE : SINGLE_TOLERANCE;
        // The imported graph is of float32: terms of the size of the outputs may have cancelled in it.
        double allowed = tolerance * largest + (original.isDouble() ? 1e-6 : 1e-5) * size;
        for (int c = 0; c < chosen.length; c++) {
            double off = Math.abs(gradient[chosen[c]] - expected[c]);
            if (smooth[c] && !(off <= allowed + noise[c])) {
                return new Measured(
                        true,
                        "element " + chosen[c] + " is " + gradient[chosen[c]] + ", differences give " + expected[c]
                                + (original.isDouble() ? "" : " (float32)"));
            }
        }
        return new Measured(2 * count > chosen.length - without || without == chosen.length, null);
    }

    /** What rounding to float32 (6e-8 an output, a few operations deep) makes of the finest difference. */
    private static double rounding(Differences found, double scale) {
        double[] value = found.value();
        return 5e-7 * Differences.size(value) * Math.sqrt(value.length) / (Differences.SINGLE_STEP / 16 * scale);
    }

    private Differences.Function along(
            String output, String target, Map<String, Tensor> point, int element, double scale) {
        Function<Map<String, Tensor>, double[]> function =
                given -> original.run(given).get(output);
        Map<String, Tensor> given = new LinkedHashMap<>(point);
        given.keySet().removeIf(name -> targets.stream().noneMatch(t -> t.name().equals(name)));
        return h -> {
            double[] there = point.get(target).numbers();
            there[element] += h * scale;
            Tensor at = point.get(target);
            given.put(target, Tensor.doubles(at.shape(), there));
            return function.apply(given);
        };
    }

    /** Whether no element of the output has a kink or jump in reach. */
    private boolean isSmooth(Differences found) {
        double size = Differences.size(found.derivative());
        double rounding = original.isDouble() ? 0 : 1e-4 * Differences.size(found.value());
        for (int o = 0; o < found.derivative().length; o++) {
            double derivative = found.derivative()[o];
            double allowed = original.isDouble()
                    ? Math.max(1e-2 * Math.abs(derivative), 1e-6 * size)
                    : Math.max(0.1 * Math.abs(derivative), 1e-2 * size) + rounding;
            if (!Double.isFinite(found.value()[o])) {
                continue;
            }
            if (!(found.bend()[o] <= allowed) || !(found.unsettled()[o] <= allowed) || !Double.isFinite(derivative)) {
                return false;
            }
        }
        return true;
    }

    /** Steps are relative to an element's size, so that what is positive stays so. */
    private double[] scales(double[] x) {
        double typical = Math.min(10, Differences.size(x));
        double least = typical == 0 ? 1e-2 : (original.isDouble() ? 1e-2 : 0.25) * typical;
        double[] scales = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            scales[i] = original.isDouble() ? Math.abs(x[i]) + least : Math.max(Math.abs(x[i]), least);
        }
        return scales;
    }

    private Map<String, Tensor> moved(Map<String, Tensor> at) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        at.forEach((name, tensor) -> {
            boolean target = targets.stream().anyMatch(t -> t.name().equals(name));
            double[] x = tensor.numbers();
            double typical = Math.max(1e-3, Math.min(10, Differences.size(x)));
            for (int i = 0; i < x.length && target; i++) {
                x[i] += (0.1 * Math.abs(x[i]) + 0.01 * typical) * (2 * random.nextDouble() - 1);
            }
            moved.put(name, target ? Tensor.of(tensor.type(), x) : tensor);
        });
        return moved;
    }
}
