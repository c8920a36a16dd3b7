package vintk.opset;

import java.util.function.UnaryOperator;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** The activations that are part of other operators, by name: fused by ONNX Runtime's optimiser, or those of a recurrent one. */
final class FusedActivation {
    private FusedActivation() {}

    /** The activation that attributes {@code activation} and {@code activation_params} of a node name, of {@code x}. */
    static Value applied(Site site, Value x) {
        String name = site.attributes().text("activation", "");
        double[] parameters = site.attributes().has("activation_params")
                ? site.attributes().get("activation_params").getFloatsList().stream()
                        .mapToDouble(Float::doubleValue)
                        .toArray()
                : new double[0];
        return name.isEmpty() ? x : of(site, name, parameters).apply(x);
    }

    /** @param parameters alpha, beta, gamma (of a Clip its bounds); those that are missing have their default */
    static UnaryOperator<Value> of(Site site, String name, double... parameters) {
        return switch (name) {
            case "Relu", "Tanh", "Sigmoid", "Softplus" -> x -> Ops.unary(name, x);
            case "LeakyRelu" -> x -> Ops.node(name, x.type(), alpha(parameters, 0.01), x);
            case "HardSigmoid" ->
                x -> Ops.node(name, x.type(), alpha(parameters, 0.2).with("beta", (float) at(parameters, 1, 0.5)), x);
            case "Clip" ->
                x -> Ops.clip(
                        x,
                        Ops.scalar(x, at(parameters, 0, Double.NEGATIVE_INFINITY)),
                        Ops.scalar(x, at(parameters, 1, Double.POSITIVE_INFINITY)));
            case "Elu" -> x -> elu(x, at(parameters, 0, 1), 1);
            case "Selu" ->
                x -> elu(x, at(parameters, 0, 1.67326319217681884765625), at(parameters, 2, 1.05070102214813232421875));
            case "Softsign" -> x -> Ops.div(x, Ops.add(Ops.unary("Abs", x), 1));
            case "ThresholdedRelu" -> x -> Ops.selected(Ops.greater(x, Ops.scalar(x, at(parameters, 0, 1))), x);
            default -> throw site.unsupported("the activation '" + name + "' is not handled");
        };
    }

    private static double at(double[] parameters, int i, double missing) {
        return i < parameters.length && !Double.isNaN(parameters[i]) ? parameters[i] : missing;
    }

    private static Attributes alpha(double[] parameters, double missing) {
        return Attributes.NONE.with("alpha", (float) at(parameters, 0, missing));
    }

    /** γ x where x > 0, else γ α (exp(x) - 1), the exponent kept from overflowing where it is not taken. */
    private static Value elu(Value x, double alpha, double gamma) {
        Value positive = Ops.greater(x, Ops.scalar(x, 0));
        Value below = Ops.where(positive, Ops.scalar(x, 0), x);
        Value curve = Ops.mul(Ops.add(Ops.exp(below), -1), alpha);
        return Ops.mul(Ops.where(positive, x, curve), gamma);
    }
}
