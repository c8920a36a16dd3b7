package vintk.proto;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Window;

/**
 * Pooling with {@code ceil_mode} whose last window would begin in the padding at the end. PyTorch and ONNX Runtime's kernels leave that
 * window out, ONNX' inference of shapes counts it, and all shapes behind it are wrong. Without the mode both say the same.
 */
public final class CeilMode {
    private static final Set<String> POOLS = Set.of("AveragePool", "LpPool", "MaxPool");

    private CeilMode() {}

    /**
     * The model with such nodes in the form without the mode, as far as their inputs have the shapes inferred; the model itself where
     * there is none. What was inferred behind the nodes is to be inferred anew, and the model to be looked at again.
     *
     * @param inferred shapes of the model's values
     * @throws UnsupportedOperatorException where the form does not exist
     */
    public static ModelProto step(ModelProto model, ControlFlow.Knowledge inferred) {
        Set<String> changed = new HashSet<>();
        ModelProto.Builder floors = model.toBuilder();
        for (int i = 0; i < model.getGraph().getNodeCount(); i++) {
            NodeProto node = model.getGraph().getNode(i);
            boolean behind = node.getInputList().stream().anyMatch(changed::contains);
            NodeProto floor = behind || !isCeiling(node) ? null : floor(node, inferred);
            if (floor != null) {
                floors.getGraphBuilder().setNode(i, floor);
            }
            if (behind || floor != null) {
                changed.addAll(node.getOutputList());
            }
        }
        return changed.isEmpty() ? model : floors.build();
    }

    private static boolean isCeiling(NodeProto node) {
        if (!node.getDomain().isEmpty() || !POOLS.contains(node.getOpType())) {
            return false;
        }
        Attributes attributes = Attributes.of(node.getAttributeList());
        return attributes.integer("ceil_mode", 0) == 1
                && !attributes.text("auto_pad", "NOTSET").startsWith("SAME");
    }

    /** Null where all windows begin in front of the padding at the end, or nothing is known. */
    private static NodeProto floor(NodeProto node, ControlFlow.Knowledge inferred) {
        Shape x = inferred.shape(node.getInput(0));
        Shape y = inferred.shape(node.getOutput(0));
        if (x == null || y == null) {
            return null;
        }
        Attributes attributes = Attributes.of(node.getAttributeList());
        Window window = Window.of(attributes);
        int rank = window.rank();
        long[] pads = window.pads().clone();
        boolean past = false;
        boolean more = false;
        for (int i = 0; i < rank; i++) {
            long begin = (y.dim(2 + i) - 1) * window.strides()[i];
            long padded = x.dim(2 + i) + window.begin(i);
            if (begin >= padded) {
                past = true;
            } else {
                // A window of the mode that stays: padding up to its end.
                long end = window.reach(i, y.dim(2 + i)) - padded;
                more |= end > window.end(i);
                pads[rank + i] = Math.max(window.end(i), end);
            }
        }
        if (past && more && attributes.integer("count_include_pad", 0) == 1) {
            throw new UnsupportedOperatorException(NodeLabel.of(node)
                    + ": with ceil_mode and count_include_pad, its last window begins in the padding on one axis and"
                    + " reaches past it on another; export it with explicit padding");
        }
        return past
                ? node.toBuilder()
                        .clearAttribute()
                        .addAllAttribute(attributes
                                .without("ceil_mode")
                                .without("auto_pad")
                                .with("pads", pads)
                                .all())
                        .build()
                : null;
    }
}
