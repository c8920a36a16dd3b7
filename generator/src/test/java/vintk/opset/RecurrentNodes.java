package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Recurrent layers. ONNX Runtime has layout 0 only. */
final class RecurrentNodes {
    private static final int STEPS = 3;
    private static final int SAMPLES = 2;
    private static final int INPUTS = 2;
    private static final int HIDDEN = 3;

    private RecurrentNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        for (String operator : List.of("RNN", "GRU", "LSTM")) {
            directions(nodes, operator);
            forms(nodes, operator);
            activations(nodes, operator);
        }
        nodes.add(weights(of("GRU", 14), "GRU", 1, true)
                .with("linear_before_reset", 1)
                .with("hidden_size", HIDDEN)
                .outputs(2)
                .noted("reset after the product"));
        nodes.add(weights(of("GRU", 14), "GRU", 2, true)
                .absent()
                .x(2, SAMPLES, HIDDEN)
                .with("linear_before_reset", 1)
                .with("hidden_size", HIDDEN)
                .with("direction", "bidirectional")
                .noted("reset after the product, both directions"));
        lstm(nodes);
        return nodes;
    }

    private static int gates(String operator) {
        return switch (operator) {
            case "LSTM" -> 4;
            case "GRU" -> 3;
            default -> 1;
        };
    }

    /** X, W, R and perhaps B. */
    private static OneNode weights(OneNode node, String operator, int directions, boolean bias) {
        int rows = gates(operator) * HIDDEN;
        node.x(STEPS, SAMPLES, INPUTS).x(directions, rows, INPUTS).x(directions, rows, HIDDEN);
        return bias ? node.x(directions, 2L * rows) : node.absent();
    }

    private static OneNode lengths(OneNode node, long... lengths) {
        double[] values = new double[lengths.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = lengths[i];
        }
        return node.constant(Tensor.of(TensorType.of(DataType.INT32, lengths.length), values));
    }

    private static void directions(List<OneNode> nodes, String operator) {
        for (String direction : List.of("forward", "reverse", "bidirectional")) {
            int directions = direction.equals("bidirectional") ? 2 : 1;
            nodes.add(weights(of(operator, 7), operator, directions, true)
                    .with("hidden_size", HIDDEN)
                    .with("direction", direction)
                    .outputs(2)
                    .noted(direction));
            nodes.add(weights(of(operator, 14), operator, directions, false)
                    .absent()
                    .x(directions, SAMPLES, HIDDEN)
                    .with("hidden_size", HIDDEN)
                    .with("direction", direction)
                    .outputs(2)
                    .noted(direction + ", no bias, initial state"));
            nodes.add(lengths(weights(of(operator, 22), operator, directions, true), 1, 2)
                    .x(directions, SAMPLES, HIDDEN)
                    .with("hidden_size", HIDDEN)
                    .with("direction", direction)
                    .outputs(2)
                    .noted(direction + ", lengths"));
        }
    }

    private static void forms(List<OneNode> nodes, String operator) {
        nodes.add(lengths(weights(of(operator, 14), operator, 1, true), 3, 2)
                .with("hidden_size", HIDDEN)
                .with("direction", "reverse")
                .outputs(2)
                .noted("lengths, reverse"));
        nodes.add(lengths(weights(of(operator, 14), operator, 1, true), 2, 2)
                .with("hidden_size", HIDDEN)
                .with("direction", "reverse")
                .outputs(2)
                .noted("equal lengths"));
        nodes.add(lengths(weights(of(operator, 14), operator, 1, true), 3, 3)
                .with("hidden_size", HIDDEN)
                .absentOutput()
                .output()
                .noted("last state only"));
        nodes.add(weights(of(operator, 14), operator, 1, true)
                .with("hidden_size", HIDDEN)
                .with("clip", 0.35f)
                .noted("clipped"));
    }

    private static void activations(List<OneNode> nodes, String operator) {
        int count = gates(operator) == 1 ? 1 : gates(operator) - 1;
        for (String activation : List.of(
                "Relu",
                "Softplus",
                "Softsign",
                "LeakyRelu",
                "ThresholdedRelu",
                "ScaledTanh",
                "HardSigmoid",
                "Elu",
                "Affine",
                "Sigmoid",
                "Tanh")) {
            String[] names = new String[count];
            Arrays.fill(names, activation);
            nodes.add(weights(of(operator, 14), operator, 1, true)
                    .with("hidden_size", HIDDEN)
                    .withAll("activations", names)
                    .withAll("activation_alpha", alphas(activation, count))
                    .withAll("activation_beta", betas(count))
                    .noted(activation));
        }
        for (String activation : List.of("LeakyRelu", "HardSigmoid", "Elu")) {
            String[] names = new String[count];
            Arrays.fill(names, activation);
            nodes.add(weights(of(operator, 14), operator, 1, true)
                    .with("hidden_size", HIDDEN)
                    .withAll("activations", names)
                    .noted(activation + " of its own alpha"));
        }
    }

    /** Of a HardSigmoid, small enough that nothing lies near its ends; of an Elu, near 1: differences know no kinks. */
    private static float[] alphas(String activation, int count) {
        float[] values =
                switch (activation) {
                    case "HardSigmoid" -> new float[] {0.12f, 0.1f, 0.14f};
                    case "Elu" -> new float[] {0.99f, 0.98f, 0.985f};
                    default -> new float[] {0.7f, 0.3f, 0.9f};
                };
        return Arrays.copyOf(values, count);
    }

    private static float[] betas(int count) {
        float[] values = {0.4f, 0.6f, 0.2f};
        return Arrays.copyOf(values, count);
    }

    private static void lstm(List<OneNode> nodes) {
        nodes.add(weights(of("LSTM", 14), "LSTM", 1, true)
                .absent()
                .x(1, SAMPLES, HIDDEN)
                .x(1, SAMPLES, HIDDEN)
                .x(1, 3 * HIDDEN)
                .with("hidden_size", HIDDEN)
                .outputs(3)
                .noted("everything"));
        nodes.add(lengths(weights(of("LSTM", 7), "LSTM", 2, true), 2, 3)
                .absent()
                .x(2, SAMPLES, HIDDEN)
                .x(2, 3 * HIDDEN)
                .with("hidden_size", HIDDEN)
                .with("direction", "bidirectional")
                .outputs(3)
                .noted("lengths, cell state, peepholes"));
        nodes.add(weights(of("LSTM", 14), "LSTM", 1, true)
                .absent()
                .x(1, SAMPLES, HIDDEN)
                .x(1, SAMPLES, HIDDEN)
                .x(1, 3 * HIDDEN)
                .with("hidden_size", HIDDEN)
                .with("clip", 0.4f)
                .outputs(3)
                .noted("everything, clip"));
        nodes.add(weights(of("LSTM", 14), "LSTM", 1, true)
                .with("hidden_size", HIDDEN)
                .with("input_forget", 1)
                .absentOutput()
                .absentOutput()
                .output()
                .noted("input and forget gates coupled"));
        nodes.add(weights(of("LSTM", 14), "LSTM", 2, true)
                .with("hidden_size", HIDDEN)
                .with("direction", "bidirectional")
                .withAll("activations", "HardSigmoid", "Tanh", "ScaledTanh", "Sigmoid", "LeakyRelu", "Affine")
                .withAll("activation_alpha", 0.13f, 1.2f, 0.05f, 0.8f)
                .withAll("activation_beta", 0.45f, 0.7f, 0.1f)
                .outputs(3)
                .noted("activations of their own"));
    }
}
