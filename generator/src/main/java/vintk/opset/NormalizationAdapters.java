package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import vintk.onnx.AxisMap;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Shape;
import vintk.onnx.Standardisation;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Normalisations: by mean and variance, by the root of the mean square, by a norm, by the channels around. */
final class NormalizationAdapters {
    private NormalizationAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.add("LayerNormalization", NormalizationAdapters::layerNormalization);
        adapters.add("SimplifiedLayerNormalization", NormalizationAdapters::rootMeanSquare);
        adapters.add("RMSNormalization", NormalizationAdapters::rootMeanSquare);
        adapters.add("com.microsoft.SkipLayerNormalization", site -> skipped(site, false));
        adapters.add("com.microsoft.SkipSimplifiedLayerNormalization", site -> skipped(site, true));
        adapters.single("BatchNormalization", NormalizationAdapters::batchNormalization);
        adapters.single("InstanceNormalization", NormalizationAdapters::instanceNormalization);
        adapters.single("GroupNormalization", NormalizationAdapters::groupNormalization);
        adapters.single("com.microsoft.GroupNorm", NormalizationAdapters::microsoftGroupNorm);
        adapters.single("LpNormalization", NormalizationAdapters::lpNormalization);
        adapters.single("MeanVarianceNormalization", NormalizationAdapters::meanVarianceNormalization);
        adapters.single("LRN", NormalizationAdapters::localResponse);
    }

    private static double epsilon(Site site, float missing) {
        return site.attributes().real("epsilon", missing);
    }

    /** The type that statistics are computed in: float where {@code stash_type} says so and the operand is less. */
    private static Value stashed(Site site, Value x) {
        boolean half = x.dataType() == DataType.FLOAT16 || x.dataType() == DataType.BFLOAT16;
        return half && site.attributes().integer("stash_type", 1) == 1 ? Ops.cast(x, DataType.FLOAT) : x;
    }

    /** {@code value} in the type of output {@code i}; null where there is no such output. */
    private static Value as(Site site, int i, Value value) {
        return i < site.types().size() ? Ops.cast(value, site.types().get(i).dataType()) : null;
    }

    /** The outputs up to the last that the node has. */
    private static List<Value> outputs(Site site, Value... values) {
        return Arrays.asList(values)
                .subList(0, Math.min(values.length, site.types().size()));
    }

    // ---- over the last axes

    private static int[] lastAxes(Site site) {
        return IntStream.range(site.axis("axis", -1), site.shape().rank()).toArray();
    }

    private static List<Value> layerNormalization(Site site) {
        Standardisation made = Standardisation.of(stashed(site, site.x()), true, epsilon(site, 1e-5f), lastAxes(site));
        Value y = Ops.mul(as(site, 0, made.value()), site.x(1));
        y = site.optional(2) == null ? y : Ops.add(y, site.x(2));
        return outputs(site, y, as(site, 1, made.mean()), as(site, 2, made.inverse()));
    }

    private static List<Value> rootMeanSquare(Site site) {
        Standardisation made = Standardisation.of(stashed(site, site.x()), false, epsilon(site, 1e-5f), lastAxes(site));
        Value y = Ops.mul(as(site, 0, made.value()), site.x(1));
        return outputs(site, y, as(site, 1, made.inverse()));
    }

    /** A residual sum and its normalisation in one node. The simplified form has no shift: its fourth input is the bias. */
    private static List<Value> skipped(Site site, boolean simplified) {
        Value shift = simplified ? null : site.optional(3);
        Value bias = site.optional(simplified ? 3 : 4);
        Value sum = Ops.add(site.x(), site.x(1));
        sum = bias == null ? sum : Ops.add(sum, bias);
        Standardisation made = Standardisation.of(stashed(site, sum), !simplified, epsilon(site, 1e-12f), -1);
        Value y = Ops.mul(as(site, 0, made.value()), site.x(2));
        y = shift == null ? y : Ops.add(y, shift);
        // Outputs 2 and 3 are statistics for training, which ONNX Runtime's kernels do not write.
        for (int i = 1; i < Math.min(3, site.types().size()); i++) {
            if (!site.proto().getOutput(i).isEmpty()) {
                throw site.unsupported("output " + (i + 1) + ", a statistic for training, is not handled");
            }
        }
        return outputs(site, y, null, null, sum);
    }

    // ---- over space

    /** [C] to [C, 1, ...]: aligned with axis 1 of x. A vector for each element of a sample is aligned as it is. */
    private static Value perChannel(Value vector, Value x) {
        if (vector.shape().rank() > 1) {
            return vector;
        }
        int rank = Math.max(1, x.shape().rank() - 1);
        return Ops.reshape(vector, Shape.ones(rank).with(0, vector.shape().dim(0)));
    }

    private static Value affine(Value x, Value scale, Value shift) {
        return Ops.add(Ops.mul(x, perChannel(scale, x)), perChannel(shift, x));
    }

    private static Value instanceNormalization(Site site) {
        Value x = site.x();
        int[] axes = IntStream.range(2, x.shape().rank()).toArray();
        Value y = Standardisation.of(x, true, epsilon(site, 1e-5f), axes).value();
        return affine(y, site.x(1), site.x(2));
    }

    /** Scale and shift are one a group in opset 18, one a channel since opset 21. */
    private static Value groupNormalization(Site site) {
        Value x = site.x();
        long groups = site.attributes().integer("num_groups", 1);
        Value y = as(site, 0, grouped(stashed(site, x), groups, epsilon(site, 1e-5f)));
        if (site.opset() >= 21) {
            return affine(Ops.reshape(y, x.shape()), site.x(1), site.x(2));
        }
        return Ops.reshape(affine(y, site.x(1), site.x(2)), x.shape());
    }

    /** [N, C, ...] to [N, groups, the rest], each group standardised. */
    private static Value grouped(Value x, long groups, double epsilon) {
        long samples = x.shape().dim(0);
        Shape shape = Shape.of(samples, groups, x.shape().elements() / samples / groups);
        return Standardisation.of(Ops.reshape(x, shape), true, epsilon, 2).value();
    }

    /** Channels last by default, and the activation of Stable Diffusion, x σ(x), behind it. */
    private static Value microsoftGroupNorm(Site site) {
        boolean last = site.attributes().integer("channels_last", 1) != 0;
        Value x = last ? Ops.moveAxis(site.x(), -1, 1) : site.x();
        // Scale and shift are float, also where x is half: all is computed in their type.
        Value own = Ops.cast(x, site.x(1).dataType());
        long groups = site.attributes().integer("groups", 1);
        Value y = Ops.reshape(grouped(own, groups, epsilon(site, 1e-5f)), x.shape());
        y = affine(y, site.x(1), site.x(2));
        if (site.attributes().integer("activation", 0) != 0) {
            y = Ops.mul(y, Ops.unary("Sigmoid", y));
        }
        y = as(site, 0, y);
        return last ? Ops.moveAxis(y, 1, -1) : y;
    }

    /**
     * Inference mode: x a + b with a = scale / √(variance + ε), b = bias - mean a. The running statistics are copies that
     * no gradient reaches, also where an exporter merged them with a parameter of equal content.
     */
    private static Value batchNormalization(Site site) {
        if (site.attributes().integer("training_mode", 0) != 0) {
            throw site.unsupported("training mode is not handled: samples would meet in the batch statistics");
        }
        Value mean = statistic(site.x(3), site.x());
        Value variance = statistic(site.x(4), site.x());
        if (mean.isConstant() && variance.isConstant() && mean.constant().throughout() == 0) {
            double inverse = 1 / Math.sqrt(variance.constant().throughout() + epsilon(site, 1e-5f));
            if (Double.isFinite(inverse)) {
                // As before training: what is left beside scale and shift is a number, which products take in passing.
                return affine(Ops.mul(site.x(), inverse), site.x(1), site.x(2));
            }
        }
        Value deviation = Ops.sqrt(Ops.add(variance, epsilon(site, 1e-5f)));
        Value factor = Ops.div(site.x(1), deviation);
        Value offset = Ops.sub(site.x(2), Ops.mul(mean, factor));
        return affine(site.x(), factor, offset);
    }

    /**
     * A value without the names of its constants, which are what makes them parameters: a running statistic, also where
     * it is stored in another type or shape and computed from that. What comes from the model's inputs stays as it is, and so
     * does what comes from what is normalised: convolutions with standardised weights are written so.
     */
    static Value statistic(Value value, Value x) {
        if (value.isConstant()) {
            return Value.constant(value.constant());
        }
        List<Node> nodes = Graph.nodes(List.of(value));
        Set<Value> from = sources(nodes);
        if (value.isInput()
                || from.stream().anyMatch(Value::isInput)
                || x.isConstant() && from.contains(x)
                || sources(Graph.nodes(List.of(x))).stream().anyMatch(from::contains)) {
            return value;
        }
        Map<Value, Value> copies = new IdentityHashMap<>();
        for (Node node : nodes) {
            List<Value> inputs = new ArrayList<>();
            for (Value input : node.inputs()) {
                boolean constant = input != null && input.isConstant();
                inputs.add(constant ? Value.constant(input.constant()) : copies.get(input));
            }
            List<TensorType> types = node.outputs().stream().map(Value::type).toList();
            Node copy =
                    new Node(node.domain(), node.opType(), null, inputs, node.attributes(), types, null, node.opset());
            for (int i = 0; i < copy.outputs().size(); i++) {
                copies.put(node.outputs().get(i), copy.outputs().get(i));
            }
        }
        return copies.get(value);
    }

    /** Inputs and named constants that nodes read. */
    private static Set<Value> sources(List<Node> nodes) {
        return nodes.stream()
                .flatMap(node -> node.inputs().stream())
                .filter(v -> v != null && (v.isInput() || v.isConstant() && v.name() != null))
                .collect(Collectors.toSet());
    }

    // ---- others

    /** x / ‖x‖ along an axis, 0 where all of x is. */
    private static Value lpNormalization(Site site) {
        Value x = site.x();
        int axis = site.axis("axis", -1);
        long p = site.attributes().integer("p", 2);
        if (p != 1 && p != 2) {
            throw site.unsupported("p = " + p + " is not handled, 1 and 2 are");
        }
        Value norm = p == 1 ? Ops.reduceSum(Ops.unary("Abs", x), true, axis) : Reduce.norm(x, true, axis);
        Value positive = Ops.greater(norm, Ops.scalar(x, 0));
        Value divisor = Ops.where(positive, norm, Ops.scalar(x, 1));
        return Ops.mask(positive, Ops.div(x, divisor));
    }

    /** (x - μ) / (σ + 1e-9), by default over the batch and space, as Caffe has it. */
    private static Value meanVarianceNormalization(Site site) {
        Value x = site.x();
        long[] axes = {0, 2, 3};
        boolean scaled = true;
        if (site.opset() < 9) {
            axes = site.attributes().integer("across_channels", 0) != 0 ? new long[] {0, 1, 2, 3} : axes;
            scaled = site.attributes().integer("normalize_variance", 1) != 0;
        }
        int[] over =
                site.axes(site.attributes().integers("axes", axes), x.shape().rank());
        Value centred = Ops.sub(x, Ops.reduceMean(x, over));
        if (!scaled) {
            return centred;
        }
        Value deviation = Reduce.root(Ops.reduceMean(Ops.square(centred), over));
        return Ops.div(centred, Ops.add(deviation, 1e-9));
    }

    /** x / (bias + α/n Σ x²)^β, the sum over the n channels around: a banded matrix. */
    private static Value localResponse(Site site) {
        Value x = site.x();
        int size = (int) site.attributes().integer("size", 1);
        int channels = Math.toIntExact(x.shape().dim(1));
        double[][] band = new double[channels][channels];
        for (int i = 0; i < channels; i++) {
            for (int j = Math.max(0, i - (size - 1) / 2); j <= Math.min(channels - 1, i + size / 2); j++) {
                band[i][j] = site.attributes().real("alpha", 1e-4f) / size;
            }
        }
        Value sum =
                Ops.add(AxisMap.apply(Ops.square(x), 1, band), site.attributes().real("bias", 1));
        double beta = site.attributes().real("beta", 0.75f);
        return Ops.mul(x, Ops.pow(sum, Ops.scalar(x, -beta)));
    }
}
