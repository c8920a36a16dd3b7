package vintk.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** The activations of recurrent operators, as the attributes {@code activations}, {@code activation_alpha} and beta name them. */
final class Activation {
    private Activation() {}

    /**
     * All activations of a node, those of one direction after those of the other. Alphas and betas are taken from their
     * lists by the activations that have one, in turn; once a list is used up, the operator's own value counts.
     *
     * @param missing the activations of one direction where the node names none
     */
    static List<UnaryOperator<Value>> of(Site site, int directions, List<String> missing) {
        List<String> names = new ArrayList<>();
        if (site.attributes().has("activations")) {
            site.attributes().get("activations").getStringsList().stream()
                    .map(ByteString::toStringUtf8)
                    .forEach(names::add);
        } else {
            for (int i = 0; i < directions; i++) {
                names.addAll(missing);
            }
        }
        if (names.size() != directions * missing.size()) {
            throw site.unsupported("expected " + directions * missing.size() + " activations, got " + names);
        }
        Iterator<Float> alphas = reals(site.attributes(), "activation_alpha");
        Iterator<Float> betas = reals(site.attributes(), "activation_beta");
        return names.stream().map(name -> of(site, name, alphas, betas)).toList();
    }

    private static Iterator<Float> reals(Attributes attributes, String name) {
        AttributeProto found = attributes.has(name) ? attributes.get(name) : AttributeProto.getDefaultInstance();
        return found.getFloatsList().iterator();
    }

    private static UnaryOperator<Value> of(Site site, String name, Iterator<Float> alphas, Iterator<Float> betas) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "tanh" -> x -> Ops.unary("Tanh", x);
            case "sigmoid" -> x -> Ops.unary("Sigmoid", x);
            case "relu" -> x -> Ops.unary("Relu", x);
            case "softplus" -> x -> Ops.unary("Softplus", x);
            case "softsign" -> x -> Ops.div(x, Ops.add(Ops.unary("Abs", x), 1));
            case "affine" -> {
                float alpha = next(alphas, 1);
                float beta = next(betas, 0);
                yield x -> Ops.add(Ops.mul(x, alpha), beta);
            }
            case "leakyrelu" -> {
                Attributes alpha = Attributes.NONE.with("alpha", next(alphas, 0.01f));
                yield x -> Ops.node("LeakyRelu", x.type(), alpha, x);
            }
            case "thresholdedrelu" -> {
                float alpha = next(alphas, 1);
                yield x -> Ops.selected(Ops.greater(x, Ops.scalar(x.dataType(), alpha)), x);
            }
            case "scaledtanh" -> {
                float alpha = next(alphas, 1);
                float beta = next(betas, 1);
                yield x -> Ops.mul(Ops.unary("Tanh", Ops.mul(x, beta)), alpha);
            }
            case "hardsigmoid" -> {
                Attributes slope =
                        Attributes.NONE.with("alpha", next(alphas, 0.2f)).with("beta", next(betas, 0.5f));
                yield x -> Ops.node("HardSigmoid", x.type(), slope, x);
            }
            case "elu" -> {
                float alpha = next(alphas, 1);
                yield x -> elu(x, alpha);
            }
            default -> throw site.unsupported("activation '" + name + "' is not known");
        };
    }

    private static float next(Iterator<Float> numbers, float missing) {
        return numbers.hasNext() ? numbers.next() : missing;
    }

    /** The exponential is not taken where x is positive: it could overflow. */
    private static Value elu(Value x, float alpha) {
        Value zero = Ops.scalar(x.dataType(), 0);
        Value positive = Ops.greater(x, zero);
        Value low = Ops.exp(Ops.where(positive, zero, x));
        return Ops.where(positive, x, Ops.mul(Ops.add(low, -1), alpha));
    }

    /** {@code x} held between -clip and clip; the gradient is 0 outside. */
    static Value clipped(Value x, float clip) {
        if (clip == 0) {
            return x;
        }
        return Ops.clip(x, Ops.scalar(x.dataType(), -clip), Ops.scalar(x.dataType(), clip));
    }
}
