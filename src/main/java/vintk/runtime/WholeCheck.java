package vintk.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import vintk.autodiff.BatchAxis;
import vintk.ntk.KernelGraph;
import vintk.ntk.Seed;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * The per-sample gradients of g = ⟨v, f⟩ by all parameters, v random, against differences of g along random directions.
 * A direction moves every element of a parameter by plus or minus the size that its elements have. Errors are relative
 * to ‖∇g ⊙ sizes‖, the standard deviation of derivatives along such directions.
 */
final class WholeCheck {
    /** In float64: constants of the graph are rounded to float32, 6e-8 each, and so is the finest difference. */
    static final double TOLERANCE = 1e-5;

    /** Where operators run in float32: their rounding is 1e-5 of differences, and more after cancellation. */
    static final double SINGLE_TOLERANCE = 5e-2;

    /** The gradient in float32 against that in float64: 1e-6 in well-conditioned networks. */
    static final double ROUNDING_TOLERANCE = 1e-2;

    /** One-sided derivatives that differ by more lie at a kink. */
    private static final double KINK = 1e-3;

    /** Parameters are moved by this part of their size, where they lie on a kink. */
    private static final double MOVE = 0.02;

    private static final String G = "vintk/g";

    private final KernelGraph network;
    private final List<Value> parameters;
    private final Map<String, Tensor> inputs;
    private final SessionSettings settings;
    private final long seed;
    private final Graph combined;
    private final double[] sizes;

    WholeCheck(
            KernelGraph network,
            List<Value> counted,
            Map<String, Tensor> inputs,
            SessionSettings settings,
            UnaryOperator<Graph> gradients,
            long seed) {
        this.network = network;
        this.inputs = inputs;
        this.settings = settings;
        this.seed = seed;
        Seed start = network.seed();
        Value v = Ops.constant(vector(new TensorType(start.output().dataType(), start.sampleShape())));
        KernelGraph.Differentiated made =
                network.differentiate(start.vector(v), counted, List.of(KernelGraph.Output.JACOBIAN));
        this.parameters = made.parameters();
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(G, contracted(start, v));
        outputs.putAll(gradients.apply(made.graph()).outputs());
        this.combined = new Graph("check", made.graph().inputs(), outputs);
        this.sizes = parameters.stream()
                .mapToDouble(p -> Differences.size(p.constant().numbers()))
                .map(size -> size == 0 ? 1e-2 : size)
                .toArray();
    }

    /** The parameters that the output depends on. */
    List<Value> parameters() {
        return parameters;
    }

    private Tensor vector(TensorType type) {
        Random random = new Random(seed);
        double[] numbers = new double[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) ((random.nextBoolean() ? 1 : -1) * (0.5 + random.nextDouble()));
        }
        return Tensor.of(type, numbers);
    }

    /** ⟨v, f⟩ of every sample, [N]. */
    private static Value contracted(Seed seed, Value v) {
        Value output = seed.output();
        BatchAxis axis = seed.axis();
        long rows = axis == null ? 1 : seed.samples();
        Value front = axis == null ? output : axis.toFront(output, rows);
        long width = output.shape().elements() / rows;
        Value products = Ops.mul(Ops.reshape(front, rows, width), Ops.reshape(v, 1, width));
        return Ops.reshape(Ops.reduceSum(products, true, 1), rows);
    }

    GradientReport.Whole run(int directions) {
        DoubleGraph forward = new DoubleGraph(
                new Graph(
                        "forward",
                        combined.inputs(),
                        Map.of(G, combined.outputs().get(G))),
                parameters);
        DoubleGraph both = new DoubleGraph(combined, parameters);
        boolean single = !forward.single().isEmpty();
        try (Session function = session(forward.graph());
                Session gradient = session(both.graph());
                Feeds feeds = new Feeds()) {
            double rounding = rounding(gradient, feeds);
            GradientReport.Whole found = null;
            for (boolean moved : new boolean[] {false, true}) {
                feeds.moved = moved;
                found = measure(function, gradient, feeds, directions, single, rounding, forward.single());
                if (directions == 0 || found.status() != GradientReport.Status.UNMEASURED) {
                    break;
                }
            }
            return found;
        }
    }

    private Session session(Graph graph) {
        return Session.of(ModelWriter.model(graph), settings);
    }

    private GradientReport.Whole measure(
            Session function,
            Session gradient,
            Feeds feeds,
            int directions,
            boolean single,
            double rounding,
            Set<String> inSingle) {
        Slopes slopes = slopes(gradient, feeds, directions);
        double tolerance = single ? SINGLE_TOLERANCE : TOLERANCE;
        List<Double> steps = single ? List.of(Differences.SINGLE_STEP) : Differences.NETWORK_STEPS;
        double error = 0;
        double unsettled = 0;
        int measured = 0;
        for (int d = 0; d < directions; d++) {
            Direction best = null;
            for (double step : steps) {
                int direction = d;
                Differences found = Differences.of(h -> feeds.run(function, direction, h), step);
                Direction tried = compare(found, slopes, d, tolerance, single ? tolerance : KINK);
                best = best == null || tried.unsettled() < best.unsettled() ? tried : best;
                if (best.unsettled() < tolerance / 10) {
                    break;
                }
            }
            unsettled = Math.max(unsettled, best.unsettled());
            if (!best.kink()) {
                measured++;
                error = Math.max(error, best.error());
            }
        }
        int kinks = directions - measured;
        GradientReport.Status status = measured == 0
                ? GradientReport.Status.UNMEASURED
                : error <= tolerance ? GradientReport.Status.OK : GradientReport.Status.WRONG;
        return new GradientReport.Whole(
                network.seed().axis() == null ? "single" : "batched",
                status,
                error,
                tolerance,
                unsettled,
                measured,
                kinks,
                feeds.moved,
                rounding,
                ROUNDING_TOLERANCE,
                inSingle);
    }

    /** One direction: error and doubt relative to the gradient's size, and whether a kink explains the error. */
    private record Direction(double error, double unsettled, boolean kink) {}

    private static Direction compare(Differences found, Slopes slopes, int direction, double tolerance, double bent) {
        double error = 0;
        double unsettled = 0;
        boolean kink = false;
        for (int row = 0; row < found.derivative().length; row++) {
            double expected = found.derivative()[row];
            double scale = Math.max(slopes.norm(row), Math.abs(expected));
            scale = scale == 0 ? 1 : scale;
            double off = Math.abs(slopes.along(direction, row) - expected) / scale;
            double doubt = found.unsettled()[row] / scale;
            error = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(error, off);
            unsettled = Math.max(unsettled, doubt);
            // Differences that are off by as much as the error itself prove nothing.
            kink |= off > tolerance && (found.bend()[row] / scale > bent || doubt > off / 3);
        }
        return new Direction(error, unsettled, kink);
    }

    /** Derivatives along directions by the gradient, and the norm of the gradient, sample by sample. */
    private record Slopes(double[][] byDirection, double[] squares) {
        double along(int direction, int row) {
            return byDirection[direction][row];
        }

        double norm(int row) {
            return Math.sqrt(squares[row]);
        }
    }

    private Slopes slopes(Session gradient, Feeds feeds, int directions) {
        int rows = Math.toIntExact(combined.outputs().get(G).shape().elements());
        Slopes slopes = new Slopes(new double[directions][rows], new double[rows]);
        try (OrtSession.Result result = feeds.run(gradient)) {
            for (int p = 0; p < parameters.size(); p++) {
                DoubleBuffer rowsOf = buffer(result, p);
                int width = rowsOf.remaining() / rows;
                for (int d = 0; d < directions; d++) {
                    Signs signs = new Signs(seed, p, d);
                    for (int i = 0; i < width; i++) {
                        double step = sizes[p] * signs.next();
                        for (int row = 0; row < rows; row++) {
                            slopes.byDirection[d][row] += rowsOf.get(row * width + i) * step;
                        }
                    }
                }
                for (int i = 0; i < rowsOf.remaining(); i++) {
                    double term = rowsOf.get(i) * sizes[p];
                    slopes.squares[i / width] += term * term;
                }
            }
        }
        return slopes;
    }

    private DoubleBuffer buffer(OrtSession.Result result, int parameter) {
        String name = KernelGraph.GRADIENT_OF + parameters.get(parameter).name();
        return Tensors.output(result, name).getDoubleBuffer();
    }

    /** ‖gradient in float32 - in float64‖ / ‖the latter‖, over all samples. */
    private double rounding(Session gradient, Feeds feeds) {
        double difference = 0;
        double norm = 0;
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        try (Session single = session(combined)) {
            for (String name : single.inputInfo().keySet()) {
                given.put(name, Tensors.of(inputs.get(name)));
            }
            try (OrtSession.Result rounded = single.run(given);
                    OrtSession.Result exact = feeds.run(gradient)) {
                for (int p = 0; p < parameters.size(); p++) {
                    String name = KernelGraph.GRADIENT_OF + parameters.get(p).name();
                    FloatBuffer a = Tensors.output(rounded, name).getFloatBuffer();
                    DoubleBuffer b = buffer(exact, p);
                    for (int i = 0; i < b.remaining(); i++) {
                        difference += (a.get(i) - b.get(i)) * (a.get(i) - b.get(i));
                        norm += b.get(i) * b.get(i);
                    }
                }
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
        if (Double.isNaN(difference)) {
            return Double.POSITIVE_INFINITY;
        }
        return norm == 0 ? 0 : Math.sqrt(difference / norm);
    }

    /** The signs of a direction in one parameter, the same at every run. */
    private static final class Signs {
        private final SplittableRandom random;
        private long bits;
        private int left;

        Signs(long seed, int parameter, int direction) {
            random = new SplittableRandom(seed * 1_000_003 + parameter * 1009L + direction);
        }

        int next() {
            if (left == 0) {
                bits = random.nextLong();
                left = Long.SIZE;
            }
            left--;
            int sign = (bits & 1) == 0 ? -1 : 1;
            bits >>>= 1;
            return sign;
        }
    }

    /** What sessions are fed: the inputs, and the parameters at a point along a direction, in buffers written anew. */
    private final class Feeds implements AutoCloseable {
        private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        private final List<DoubleBuffer> buffers = new ArrayList<>();
        private boolean moved;

        Feeds() {
            inputs.forEach((name, tensor) -> tensors.put(name, Tensors.of(DoubleGraph.wide(tensor))));
            for (Value parameter : parameters) {
                int elements = Math.toIntExact(parameter.shape().elements());
                ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(elements, Double.BYTES))
                        .order(ByteOrder.nativeOrder());
                DoubleBuffer buffer = bytes.asDoubleBuffer();
                buffers.add(buffer);
                tensors.put(parameter.name(), Tensors.over(buffer, parameter.shape()));
            }
        }

        /** Runs at the parameters themselves; the caller closes the result. */
        OrtSession.Result run(Session session) {
            place(0, 0);
            return open(session);
        }

        /** g of every sample, a step along a direction. */
        double[] run(Session session, int direction, double step) {
            place(direction, step);
            try (OrtSession.Result result = open(session)) {
                return Tensors.doubles(result, G);
            }
        }

        private OrtSession.Result open(Session session) {
            Map<String, OnnxTensor> given = new LinkedHashMap<>(tensors);
            given.keySet().retainAll(session.inputInfo().keySet());
            return session.run(given);
        }

        private void place(int direction, double step) {
            for (int p = 0; p < buffers.size(); p++) {
                Tensor at = parameters.get(p).constant();
                boolean isFloat = at.type().dataType() == DataType.FLOAT;
                FloatBuffer values = isFloat ? at.data().asFloatBuffer() : null;
                DoubleBuffer buffer = buffers.get(p);
                Signs signs = new Signs(seed, p, direction);
                Signs moves = new Signs(seed, p, -1);
                double h = step * sizes[p];
                double move = moved ? MOVE * sizes[p] : 0;
                for (int i = 0; i < buffer.capacity(); i++) {
                    double value = isFloat ? values.get(i) : at.number(i);
                    buffer.put(i, value + h * signs.next() + move * moves.next());
                }
            }
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }
}
