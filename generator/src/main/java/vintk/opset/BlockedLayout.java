package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import vintk.onnx.Attributes;
import vintk.onnx.BlockedConvolution;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * Models that ONNX Runtime saved when it optimised for its own processor: images lie in blocks of 8 or 16 channels
 * ("NCHWc"), padded with zeros to whole blocks. Only the order of elements differs, so images are taken here as they were,
 * with the padding, and the weights are put back in order: a kernel does not change under that. Nothing reaches the
 * padding's weights, their gradient is zero.
 */
public final class BlockedLayout {
    private static final int[] INNER_AND_OUTER = {0, 5, 1, 4, 2, 3};
    private static final int[] OUTER = {0, 4, 1, 2, 3};

    private final long block;
    private final Map<Value, Value> inOrder = new IdentityHashMap<>();

    /** {@code block} is the number of channels in a block of the processor at hand, or 0 where that is not known. */
    BlockedLayout(long block) {
        this.block = block;
    }

    /** Whether a model has nodes of this layout. */
    public static boolean isIn(ModelProto model) {
        return model.getGraph().getNodeList().stream()
                .anyMatch(n -> n.getDomain().equals(BlockedConvolution.DOMAIN));
    }

    List<Value> adapt(Site site) {
        if (block <= 0) {
            throw site.unsupported("the block size of ONNX Runtime's own layout is not known");
        }
        return switch (site.opType()) {
            case "ReorderInput" -> List.of(entered(site));
            case "ReorderOutput" -> List.of(left(site));
            case "Conv" -> List.of(convolution(site));
            case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" ->
                plain(site, site.proto().toBuilder(), site.inputs());
            case "Upsample" -> List.of(upsample(site));
            default ->
                throw new UnsupportedOperatorException(
                        site + " is not known in the layout " + BlockedConvolution.DOMAIN);
        };
    }

    private static boolean channelsLast(Site site) {
        return site.attributes().integer("channels_last", 0) != 0;
    }

    private Value entered(Site site) {
        Value x = channelsLast(site) ? Ops.transpose(site.x(), 0, 3, 1, 2) : site.x();
        long channels = x.shape().dim(1);
        return Indexing.pad(x, 1, 0, Math.floorMod(-channels, block));
    }

    private Value left(Site site) {
        long channels = site.attributes().integer("channels", 0);
        long padded = site.shape().dim(1);
        requireBlocks(site, padded);
        if (padded - channels >= block) {
            throw otherBlocks(site);
        }
        Value x = Indexing.slice(site.x(), 1, 0, channels);
        return channelsLast(site) ? Ops.transpose(x, 0, 2, 3, 1) : x;
    }

    private void requireBlocks(Site site, long channels) {
        if (channels % block != 0) {
            throw otherBlocks(site);
        }
    }

    private UnsupportedOperatorException otherBlocks(Site site) {
        return site.unsupported("the model was optimised for a processor with other blocks than of " + block
                + " channels; save it again, at most with extended optimisations");
    }

    /** The node of ONNX' own operator. */
    private static List<Value> plain(Site site, NodeProto.Builder node, List<Value> inputs) {
        Site own = new Site(node.setDomain("").build(), 17, inputs, site.types());
        Adapter adapter = Adapters.find("", own.opType());
        return adapter == null ? own.untouched() : adapter.adapt(own);
    }

    /** X, W, bias, and what is added before the activation. */
    private Value convolution(Site site) {
        List<Value> operands =
                new ArrayList<>(List.of(site.x(0), inOrder.computeIfAbsent(site.x(1), w -> ordered(site))));
        if (site.optional(2) != null) {
            operands.add(site.x(2));
        }
        NodeProto.Builder node = site.proto().toBuilder().clearAttribute();
        site.proto().getAttributeList().stream()
                .filter(a -> !a.getName().startsWith("activation"))
                .forEach(node::addAttribute);
        Value y = plain(site, node, operands).get(0);
        if (site.optional(3) != null) {
            y = Ops.add(y, site.x(3));
        }
        return FusedActivation.applied(site, y);
    }

    /** Weights [O, I, ...] in their own order, under their own name. */
    private Value ordered(Site site) {
        Tensor blocked = site.constant(1);
        Shape shape = blocked.shape();
        requireBlocks(site, shape.dim(0));
        long h = shape.dim(2);
        long w = shape.dim(3);
        // Images of few channels come as they are, and depthwise convolutions have one: blocks of outputs only.
        boolean both = shape.dim(1) >= block;
        if (both) {
            requireBlocks(site, shape.dim(1));
        }
        Shape stored = both
                ? Shape.of(shape.dim(0) / block, shape.dim(1) / block, h, w, block, block)
                : Shape.of(shape.dim(0) / block, shape.dim(1), h, w, block);
        Tensor tensor = transposed(blocked, stored, both ? INNER_AND_OUTER : OUTER);
        return site.x(1).name() == null
                ? Value.constant(tensor)
                : Value.initializer(site.x(1).name(), tensor);
    }

    /** The elements of a tensor of shape {@code from} with its axes exchanged, under the tensor's own shape. */
    private static Tensor transposed(Tensor tensor, Shape from, int[] permutation) {
        double[] numbers = tensor.numbers();
        double[] result = new double[numbers.length];
        int rank = permutation.length;
        long[] strides = new long[rank];
        for (int i = 0; i < rank; i++) {
            strides[i] = from.product(permutation[i] + 1, rank);
        }
        long[] at = new long[rank];
        for (int i = 0; i < result.length; i++) {
            long source = 0;
            for (int j = 0; j < rank; j++) {
                source += at[j] * strides[j];
            }
            result[i] = numbers[Math.toIntExact(source)];
            for (int j = rank - 1; j >= 0 && ++at[j] == from.dim(permutation[j]); j--) {
                at[j] = 0;
            }
        }
        return Tensor.of(tensor.type(), result);
    }

    /** A Resize with whole factors. */
    private static Value upsample(Site site) {
        Attributes attributes = site.attributes();
        long[] scales = attributes.integers("scales");
        double[] factors = new double[scales.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = scales[i];
        }
        Value scale = Ops.constant(Tensor.of(TensorType.of(site.x().dataType(), factors.length), factors));
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType("Resize")
                .setName(site.proto().getName())
                .addAllOutput(site.proto().getOutputList())
                .addAllAttribute(Attributes.NONE
                        .with("mode", attributes.text("mode", "nearest"))
                        .with(
                                "coordinate_transformation_mode",
                                attributes.text("coordinate_transformation_mode", "asymmetric"))
                        .with("nearest_mode", "floor")
                        .all());
        List<Value> operands = new ArrayList<>();
        operands.add(site.x());
        operands.add(null);
        operands.add(scale);
        return plain(site, node, operands).get(0);
    }
}
