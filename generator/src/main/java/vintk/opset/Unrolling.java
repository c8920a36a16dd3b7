package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * A recurrent operator written out step by step: sequences are of a known length. The projection of the inputs is one
 * product for all steps. X is [T, N, I]: the samples lie on axis 1.
 */
final class Unrolling {
    private final Site site;
    private final int inputCell;
    private final long[] lengths;

    /**
     * What a step starts from and leaves: [N, H] each, null where it is zero.
     *
     * @param cell of an LSTM
     */
    record State(Value hidden, Value cell) {}

    /** One direction's recurrence: from the projected input [N, gates · H] and the state to the next state. */
    interface Cell {
        State next(Value projected, State before);
    }

    /** Makes the cell of a direction. */
    interface Maker {
        Cell make(Direction direction);
    }

    /**
     * The parameters of one direction.
     *
     * @param index of the direction
     * @param recurrence [H, gates · H]
     * @param recurrentBias [gates · H], or null
     */
    record Direction(int index, Value recurrence, Value recurrentBias) {}

    /**
     * An operator.
     *
     * @param inputCell number of the input that holds the initial cell state, or -1
     */
    Unrolling(Site site, int inputCell) {
        this.site = site;
        this.inputCell = inputCell;
        if (site.attributes().integer("layout", 0) != 0) {
            throw site.unsupported("layout 1 is expected to be rewritten before the import");
        }
        Shape x = site.shape();
        long[] all = new long[(int) x.dim(1)];
        Arrays.fill(all, x.dim(0));
        lengths = site.optional(4) == null ? all : site.constant(4).integers();
        if (Arrays.stream(lengths).max().orElse(0) == 0) {
            throw site.unsupported("all sequences are empty");
        }
    }

    static int directions(Site site) {
        return site.attributes().text("direction", "forward").equals("bidirectional") ? 2 : 1;
    }

    /** Y [T, D, N, H], Y_h [D, N, H] and, with a cell, Y_c. */
    List<Value> outputs(boolean withCell, Maker maker) {
        int directions = directions(site);
        List<Value> all = new ArrayList<>();
        List<Value> hidden = new ArrayList<>();
        List<Value> cells = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            boolean reverse =
                    d == 1 || site.attributes().text("direction", "forward").equals("reverse");
            List<Value> steps = new ArrayList<>();
            State last = run(d, reverse, maker, steps);
            all.add(padded(Ops.concat(0, steps)));
            hidden.add(asDirection(last.hidden()));
            if (withCell) {
                cells.add(asDirection(last.cell()));
            }
        }
        List<Value> outputs = new ArrayList<>(List.of(Ops.concat(1, all), Ops.concat(0, hidden)));
        if (withCell) {
            outputs.add(Ops.concat(0, cells));
        }
        return outputs;
    }

    /** One direction; {@code steps} takes the hidden states, [1, 1, N, H] each, in the order of time. */
    private State run(int d, boolean reverse, Maker maker, List<Value> steps) {
        Value w = direction(site.x(1), d);
        Value bias = site.optional(3) == null ? null : direction(site.x(3), d);
        long width = w.shape().dim(0);
        Value projected = Ops.matMul(site.x(), Ops.transposeLast(w));
        if (bias != null) {
            projected = Ops.add(projected, Indexing.slice(bias, 0, 0, width));
        }
        Value recurrence = Ops.transposeLast(direction(site.x(2), d));
        Cell cell = maker.make(
                new Direction(d, recurrence, bias == null ? null : Indexing.slice(bias, 0, width, 2 * width)));
        State state = new State(initial(5, d), inputCell < 0 ? null : initial(inputCell, d));
        long end = Arrays.stream(lengths).max().orElse(0);
        for (long i = 0; i < end; i++) {
            long t = reverse ? end - 1 - i : i;
            Value now = Ops.reshape(
                    Indexing.slice(projected, 0, t, t + 1), site.shape().dim(1), width);
            State next = cell.next(now, state);
            Value running = running(t);
            Value shown = next.hidden();
            if (running != null) {
                shown = Ops.selected(running, shown);
                next = new State(
                        held(running, next.hidden(), state.hidden()), held(running, next.cell(), state.cell()));
            }
            state = next;
            steps.add(reverse ? 0 : steps.size(), asDirection(asDirection(shown)));
        }
        return state;
    }

    /** Where sequences are of different lengths, which of them go on at a time, [N, 1]; null where all do. */
    private Value running(long t) {
        if (Arrays.stream(lengths).allMatch(length -> length > t)) {
            return null;
        }
        double[] on =
                Arrays.stream(lengths).mapToDouble(length -> length > t ? 1 : 0).toArray();
        return Ops.constant(Tensor.of(TensorType.of(DataType.BOOL, on.length, 1), on));
    }

    private static Value held(Value running, Value next, Value before) {
        if (next == null) {
            return null;
        }
        return before == null ? Ops.selected(running, next) : Ops.where(running, next, before);
    }

    /** Zeros after the last step of the longest sequence. */
    private Value padded(Value steps) {
        return Indexing.pad(steps, 0, 0, site.shape().dim(0) - steps.shape().dim(0));
    }

    private static Value asDirection(Value x) {
        return Ops.reshape(x, x.shape().prepend(1));
    }

    /** [D, ...] to [...] of one direction. */
    static Value direction(Value x, int d) {
        Value own = Indexing.slice(x, 0, d, d + 1);
        return Ops.reshape(own, own.shape().slice(1, own.shape().rank()));
    }

    /**
     * An initial state, or null where it is zero. One state for all samples is taken before it is expanded to them, so
     * that it meets the samples as one.
     */
    private Value initial(int input, int d) {
        Value given = site.optional(input);
        if (given == null || isZero(given)) {
            return null;
        }
        if (Ops.isNode(given, "Expand")) {
            Value one = given.node().input(0);
            if (one.shape().rank() == 3 && one.shape().dim(0) == given.shape().dim(0)) {
                given = one;
            }
        }
        return direction(given, d);
    }

    /** Exporters make the initial state of the extents at hand: zeros, expanded or reshaped. */
    private static boolean isZero(Value value) {
        if (value.isConstant()) {
            return value.name() == null
                    && Arrays.stream(value.constant().numbers()).allMatch(v -> v == 0);
        }
        Node node = value.node();
        if (node == null || !node.domain().isEmpty()) {
            return false;
        }
        return switch (node.opType()) {
            case "ConstantOfShape" -> isZero(node.attributes());
            case "Expand", "Reshape", "Slice", "Transpose" -> isZero(node.input(0));
            default -> false;
        };
    }

    private static boolean isZero(Attributes attributes) {
        return !attributes.has("value")
                || TensorReader.read(attributes.get("value").getT()).number(0) == 0;
    }
}
