package vintk.opset;

import java.util.List;
import java.util.function.UnaryOperator;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Value;
import vintk.opset.Unrolling.Cell;
import vintk.opset.Unrolling.Direction;
import vintk.opset.Unrolling.State;

/** Recurrent layers, unrolled. A weight gets one contribution a step, which the kernel's contraction joins. */
final class RecurrentAdapters {
    private RecurrentAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.add("RNN", RecurrentAdapters::rnn);
        adapters.add("GRU", RecurrentAdapters::gru);
        adapters.add("LSTM", RecurrentAdapters::lstm);
    }

    /** The product with the state, where it is not zero, and the bias that goes with it. */
    private static Value recurrent(Value hidden, Value matrix, Value bias) {
        if (hidden == null) {
            return bias;
        }
        Value product = Ops.matMul(hidden, matrix);
        return bias == null ? product : Ops.add(product, bias);
    }

    private static Value sum(Value a, Value b) {
        return b == null ? a : Ops.add(a, b);
    }

    private static float clip(Site site) {
        return site.attributes().real("clip", 0);
    }

    private static List<Value> rnn(Site site) {
        List<UnaryOperator<Value>> activations = Activation.of(site, Unrolling.directions(site), List.of("Tanh"));
        float clip = clip(site);
        return new Unrolling(site, -1).outputs(false, direction -> (projected, before) -> {
            Value net = sum(projected, recurrent(before.hidden(), direction.recurrence(), direction.recurrentBias()));
            return new State(activations.get(direction.index()).apply(Activation.clipped(net, clip)), null);
        });
    }

    // ---- GRU: gates in the order z (update), r (reset), h (hidden)

    private static List<Value> gru(Site site) {
        List<UnaryOperator<Value>> activations =
                Activation.of(site, Unrolling.directions(site), List.of("Sigmoid", "Tanh"));
        boolean resetAfter = site.attributes().integer("linear_before_reset", 0) != 0;
        float clip = clip(site);
        return new Unrolling(site, -1).outputs(false, direction -> {
            UnaryOperator<Value> f = activations.get(2 * direction.index());
            UnaryOperator<Value> g = activations.get(2 * direction.index() + 1);
            return resetAfter ? resetAfter(direction, f, g, clip) : resetBefore(direction, f, g, clip);
        });
    }

    /** H̃ = g(x + r ∘ (H R + b)): one product a step for all gates. */
    private static Cell resetAfter(Direction direction, UnaryOperator<Value> f, UnaryOperator<Value> g, float clip) {
        return (projected, before) -> {
            long width = projected.shape().dim(-1) / 3;
            Value recurrent = recurrent(before.hidden(), direction.recurrence(), direction.recurrentBias());
            Value gates = first(projected, 2 * width);
            gates = sum(gates, recurrent == null ? null : first(recurrent, 2 * width));
            gates = f.apply(Activation.clipped(gates, clip));
            Value net = last(projected, width);
            if (recurrent != null) {
                net = Ops.add(net, Ops.mul(last(gates, width), last(recurrent, width)));
            }
            return updated(first(gates, width), g.apply(Activation.clipped(net, clip)), before);
        };
    }

    /** H̃ = g(x + (r ∘ H) R + b). */
    private static Cell resetBefore(Direction direction, UnaryOperator<Value> f, UnaryOperator<Value> g, float clip) {
        Value matrix = direction.recurrence();
        Value bias = direction.recurrentBias();
        long width = matrix.shape().dim(0);
        Value forGates = first(matrix, 2 * width);
        Value forHidden = last(matrix, width);
        Value gatesBias = bias == null ? null : first(bias, 2 * width);
        Value hiddenBias = bias == null ? null : last(bias, width);
        return (projected, before) -> {
            Value gates = sum(first(projected, 2 * width), recurrent(before.hidden(), forGates, gatesBias));
            gates = f.apply(Activation.clipped(gates, clip));
            Value reset = before.hidden() == null ? null : Ops.mul(last(gates, width), before.hidden());
            Value net = sum(last(projected, width), recurrent(reset, forHidden, hiddenBias));
            return updated(first(gates, width), g.apply(Activation.clipped(net, clip)), before);
        };
    }

    /** (1 - z) ∘ H̃ + z ∘ H. */
    private static State updated(Value z, Value candidate, State before) {
        Value fresh = Ops.mul(Ops.sub(1, z), candidate);
        return new State(before.hidden() == null ? fresh : Ops.add(fresh, Ops.mul(z, before.hidden())), null);
    }

    private static Value first(Value x, long width) {
        return Indexing.slice(x, -1, 0, width);
    }

    private static Value last(Value x, long width) {
        long extent = x.shape().dim(-1);
        return Indexing.slice(x, -1, extent - width, extent);
    }

    // ---- LSTM: gates in the order i (input), o (output), f (forget), c (cell); peepholes i, o, f

    private static List<Value> lstm(Site site) {
        List<UnaryOperator<Value>> activations =
                Activation.of(site, Unrolling.directions(site), List.of("Sigmoid", "Tanh", "Tanh"));
        boolean coupled = site.attributes().integer("input_forget", 0) != 0;
        float clip = clip(site);
        return new Unrolling(site, 6).outputs(true, direction -> {
            List<UnaryOperator<Value>> own = activations.subList(3 * direction.index(), 3 * direction.index() + 3);
            Value peepholes = site.optional(7) == null ? null : Unrolling.direction(site.x(7), direction.index());
            return new LstmCell(direction, own, peepholes, coupled, clip);
        });
    }

    private record LstmCell(
            Direction direction, List<UnaryOperator<Value>> activations, Value peepholes, boolean coupled, float clip)
            implements Cell {
        @Override
        public State next(Value projected, State before) {
            Value net = sum(projected, recurrent(before.hidden(), direction.recurrence(), direction.recurrentBias()));
            long width = net.shape().dim(-1) / 4;
            List<Value> parts = Indexing.split(net, -1, width, width, width, width);
            Value input = gate(parts.get(0), 0, before.cell(), width);
            Value forget = coupled ? Ops.sub(1, input) : gate(parts.get(2), 2, before.cell(), width);
            Value candidate = activations.get(1).apply(Activation.clipped(parts.get(3), clip));
            Value cell = Ops.mul(input, candidate);
            if (before.cell() != null) {
                cell = Ops.add(Ops.mul(forget, before.cell()), cell);
            }
            Value output = gate(parts.get(1), 1, cell, width);
            return new State(Ops.mul(output, activations.get(2).apply(cell)), cell);
        }

        /** f(net + P ∘ C). */
        private Value gate(Value net, int index, Value cell, long width) {
            Value whole = net;
            if (peepholes != null && cell != null) {
                Value own = Indexing.slice(peepholes, 0, index * width, (index + 1) * width);
                whole = Ops.add(net, Ops.mul(own, cell));
            }
            return activations.get(0).apply(Activation.clipped(whole, clip));
        }
    }
}
