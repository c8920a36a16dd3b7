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
            case "tanh" -> FusedActivation.of(site, "Tanh");
            case "sigmoid" -> FusedActivation.of(site, "Sigmoid");
            case "relu" -> FusedActivation.of(site, "Relu");
            case "softplus" -> FusedActivation.of(site, "Softplus");
            case "softsign" -> FusedActivation.of(site, "Softsign");
            case "leakyrelu" -> FusedActivation.of(site, "LeakyRelu", next(alphas, 0.01f));
            case "thresholdedrelu" -> FusedActivation.of(site, "ThresholdedRelu", next(alphas, 1));
            case "hardsigmoid" -> FusedActivation.of(site, "HardSigmoid", next(alphas, 0.2f), next(betas, 0.5f));
            case "elu" -> FusedActivation.of(site, "Elu", next(alphas, 1));
            case "affine" -> {
                float alpha = next(alphas, 1);
                float beta = next(betas, 0);
                yield x -> Ops.add(Ops.mul(x, alpha), beta);
            }
            case "scaledtanh" -> {
                float alpha = next(alphas, 1);
                float beta = next(betas, 1);
                yield x -> Ops.mul(Ops.unary("Tanh", Ops.mul(x, beta)), alpha);
            }
            default -> throw site.unsupported("activation '" + name + "' is not known");
        };
    }

    private static float next(Iterator<Float> numbers, float missing) {
        return numbers.hasNext() ? numbers.next() : missing;
    }

    /** {@code x} held between -clip and clip; the gradient is 0 outside. */
    static Value clipped(Value x, float clip) {
        if (clip == 0) {
            return x;
        }
        return Ops.clip(x, Ops.scalar(x, -clip), Ops.scalar(x, clip));
    }
}
