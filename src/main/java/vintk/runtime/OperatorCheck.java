package vintk.runtime;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Rewrite;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * One node's pullback against differences of that node alone, on given activations, by each input and along random
 * directions. Elements of its output that lie on a kink (a ReLU of 0, a tie of a maximum) get a cotangent of 0: there,
 * differences tell nothing. Where most do, the activations are moved a little.
 */
final class OperatorCheck {
    /** In float64: constants of the gradient graph are rounded to float32, which is 6e-8 each. */
    static final double TOLERANCE = 1e-5;

    /** With a kernel in float32: rounding of 1e-5 in differences, times what cancels in sums. */
    static final double SINGLE_TOLERANCE = 2e-2;

    /** The kernel in float64 against the activations in float32, relative to the largest. */
    private static final double VALUE_TOLERANCE = 1e-3;

    /** Random directions by each input; one where runs are long. */
    private static final int DIRECTIONS = 2;

    private static final long LARGE = 50_000;

    /** Numbers are moved by this part of themselves. */
    private static final double MOVE = 0.05;

    /** The precision of operators that give integers or take them. */
    static final String INTEGERS = "integers";

    private final SessionSettings settings;
    private final UnaryOperator<Graph> gradients;
    private final Random random;

    /** @param gradients applied to the gradient graph before it runs: the identity, but for tests of this check */
    OperatorCheck(SessionSettings settings, UnaryOperator<Graph> gradients, long seed) {
        this.settings = settings;
        this.gradients = gradients;
        this.random = new Random(seed);
    }

    /** One direction by one input: the error, and the part of the output that was left out. */
    private record Measured(double error, double leftOut, String remark) {}

    /**
     * Checks a node.
     *
     * @param by the inputs by which it is differentiated
     * @param activations of all inputs that are no constants, and of output 0, in float32
     */
    GradientReport.Operator check(Node node, List<Value> by, Map<Value, Tensor> activations, int count) {
        boolean floating = node.output().dataType().isFloating()
                && by.stream().allMatch(x -> x.dataType().isFloating());
        if (!floating) {
            return report(node, count, new Measured(0, 1, "integers: counts as the identity"), INTEGERS, TOLERANCE);
        }
        Map<Value, Value> inputs = new IdentityHashMap<>();
        Map<String, Tensor> point = new LinkedHashMap<>();
        List<Value> targets = new ArrayList<>();
        for (Value x : by) {
            Value input = Value.input("x" + targets.size(), x.type());
            inputs.put(x, input);
            targets.add(input);
            point.put(input.name(), DoubleGraph.wide(x.isConstant() ? x.constant() : activations.get(x)));
        }
        List<Value> operands = new ArrayList<>();
        for (Value x : node.inputs()) {
            if (x == null || x.isConstant() && !inputs.containsKey(x)) {
                operands.add(x);
            } else {
                operands.add(inputs.computeIfAbsent(x, v -> Value.constant(activations.get(v))));
            }
        }
        List<TensorType> types = node.outputs().stream().map(Value::type).toList();
        Node alone = Rewrite.with(node, operands, types);
        DoubleGraph forward = new DoubleGraph(new Graph("node", targets, Map.of("y", alone.output())), List.of());
        boolean single = !forward.single().isEmpty();
        double tolerance = single ? SINGLE_TOLERANCE : TOLERANCE;
        Measured worst = new Measured(0, 0, "");
        try (GraphRun function = new GraphRun(forward.graph(), settings);
                GraphRun pullback = new GraphRun(pullback(alone, targets), settings)) {
            double off = difference(
                    function.run(point).get("y").numbers(),
                    activations.get(node.output()).numbers());
            if (off > VALUE_TOLERANCE) {
                worst = new Measured(off, 0, "its kernel in float64 gives other numbers than that in float32");
            }
            boolean large = node.output().shape().elements() > LARGE;
            Run run = new Run(alone.output().type(), function, pullback, single);
            for (Value target : targets) {
                for (int i = 0; i < (large ? 1 : DIRECTIONS); i++) {
                    Measured measured = run.measure(target.name(), point);
                    if (measured.leftOut() > 0.5) {
                        Measured again = run.measure(target.name(), moved(point));
                        measured = again.leftOut() < measured.leftOut() ? again : measured;
                    }
                    worst = worse(worst, measured);
                }
            }
        }
        return report(node, count, worst, single ? "float32" : "float64", tolerance);
    }

    private static GradientReport.Operator report(
            Node node, int count, Measured worst, String precision, double tolerance) {
        GradientReport.Status status = !(worst.error() <= tolerance)
                ? GradientReport.Status.WRONG
                : worst.leftOut() == 1 ? GradientReport.Status.UNMEASURED : GradientReport.Status.OK;
        return new GradientReport.Operator(
                (node.domain().isEmpty() ? "" : node.domain() + ".") + node.opType(),
                node.label() == null ? "" : node.label(),
                count,
                status,
                worst.error(),
                tolerance,
                worst.leftOut(),
                precision,
                worst.remark());
    }

    private static Measured worse(Measured a, Measured b) {
        boolean second = Double.isNaN(b.error()) || b.error() > a.error();
        return new Measured(
                second ? b.error() : a.error(),
                Math.max(a.leftOut(), b.leftOut()),
                second || a.remark().isEmpty() ? b.remark() : a.remark());
    }

    private Graph pullback(Node alone, List<Value> targets) {
        Value seed = Value.input("dy", alone.output().type());
        Map<Value, Accumulator> found = Gradients.of(alone.output(), seed, targets, BatchFlow.none());
        Map<String, Value> outputs = new LinkedHashMap<>();
        found.forEach((target, gradient) -> outputs.put("d" + target.name(), gradient.full()));
        List<Value> inputs = new ArrayList<>(targets);
        inputs.add(seed);
        return new DoubleGraph(gradients.apply(new Graph("pullback", inputs, outputs)), List.of()).graph();
    }

    /** Largest difference relative to the largest number. */
    static double difference(double[] found, double[] expected) {
        double worst = 0;
        double scale = 0;
        for (int i = 0; i < expected.length; i++) {
            boolean same = Double.compare(found[i], expected[i]) == 0;
            worst = same ? worst : Math.max(worst, Math.abs(found[i] - expected[i]));
            scale = Double.isFinite(expected[i]) ? Math.max(scale, Math.abs(expected[i])) : scale;
        }
        return worst == 0 ? 0 : worst / (scale == 0 ? 1 : scale);
    }

    /** How far each number is moved at a step of 1: its own size, so that what is positive stays so. */
    private static double[] scales(double[] x) {
        double typical = Math.min(10, Differences.size(x));
        double least = typical == 0 ? 1e-2 : 1e-3 * typical;
        double[] scales = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            scales[i] = Double.isFinite(x[i]) ? Math.abs(x[i]) + least : 0;
        }
        return scales;
    }

    private Map<String, Tensor> moved(Map<String, Tensor> point) {
        Map<String, Tensor> moved = new LinkedHashMap<>();
        point.forEach((name, tensor) -> {
            double[] x = tensor.numbers();
            double[] scales = scales(x);
            for (int i = 0; i < x.length; i++) {
                x[i] += MOVE * scales[i] * (2 * random.nextDouble() - 1);
            }
            moved.put(name, Tensor.of(tensor.type(), x));
        });
        return moved;
    }

    /** The node and its pullback, ready to run. */
    private final class Run {
        private final TensorType output;
        private final GraphRun function;
        private final GraphRun pullback;
        private final boolean single;

        Run(TensorType output, GraphRun function, GraphRun pullback, boolean single) {
            this.output = new TensorType(
                    output.dataType() == DataType.FLOAT ? DataType.DOUBLE : output.dataType(), output.shape());
            this.function = function;
            this.pullback = pullback;
            this.single = single;
        }

        Measured measure(String by, Map<String, Tensor> point) {
            double[] x = point.get(by).numbers();
            double[] direction = scales(x);
            for (int i = 0; i < direction.length; i++) {
                direction[i] *= random.nextBoolean() ? 1 : -1;
            }
            Differences found = Differences.of(
                    h -> {
                        double[] there = x.clone();
                        for (int i = 0; i < x.length; i++) {
                            there[i] += h * direction[i];
                        }
                        Map<String, Tensor> given = new LinkedHashMap<>(point);
                        given.put(by, Tensor.of(point.get(by).type(), there));
                        return function.run(given).get("y").numbers();
                    },
                    single ? Differences.SINGLE_STEP : Differences.STEP);
            return compare(by, point, direction, found);
        }

        private Measured compare(String by, Map<String, Tensor> point, double[] direction, Differences found) {
            double[] cotangent = new double[found.derivative().length];
            double size = Differences.size(found.derivative());
            int left = 0;
            double expected = 0;
            double scale = 0;
            double rounding = 0;
            for (int o = 0; o < cotangent.length; o++) {
                if (!isSmooth(found, o, size)) {
                    left++;
                    continue;
                }
                cotangent[o] = (float) ((random.nextBoolean() ? 1 : -1) * (0.5 + random.nextDouble()));
                double term = cotangent[o] * found.derivative()[o];
                expected += term;
                scale += term * term;
                double off =
                        cotangent[o] * found.rounding(o, single ? Differences.SINGLE_STEP : Differences.STEP, single);
                rounding += off * off;
            }
            double leftOut = cotangent.length == 0 ? 0 : (double) left / cotangent.length;
            if (left == cotangent.length) {
                return new Measured(0, leftOut, "on kinks everywhere");
            }
            Map<String, Tensor> given = new LinkedHashMap<>(point);
            given.put("dy", Tensor.of(output, cotangent));
            Tensor gradient = pullback.run(given).get("d" + by);
            double pulled = 0;
            double pulledScale = 0;
            for (int i = 0; gradient != null && i < direction.length; i++) {
                double term = gradient.number(i) * direction[i];
                pulled += term;
                pulledScale += term * term;
            }
            double largest = Math.sqrt(Math.max(scale, pulledScale));
            if (!Double.isFinite(pulled)) {
                return new Measured(Double.POSITIVE_INFINITY, leftOut, "the gradient is not finite");
            }
            if (Math.sqrt(rounding) > (single ? SINGLE_TOLERANCE : TOLERANCE) * largest) {
                return new Measured(0, 1, "its output hardly changes: by less than what differences are rounded by");
            }
            double error = largest == 0 ? 0 : Math.abs(pulled - expected) / largest;
            return new Measured(error, leftOut, "");
        }

        private boolean isSmooth(Differences found, int o, double size) {
            double derivative = Math.abs(found.derivative()[o]);
            double allowed =
                    single ? Math.max(0.1 * derivative, 1e-2 * size) : Math.max(1e-2 * derivative, 1e-6 * size);
            return Double.isFinite(derivative)
                    && Double.isFinite(found.value()[o])
                    && found.bend()[o] <= allowed
                    && found.unsettled()[o] <= allowed;
        }
    }
}
