package vintk.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import vintk.onnx.Node;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** How an operator hands the batch axis on: from its inputs' axes (null where an input has none) to its output's. */
@FunctionalInterface
interface Flow {
    /**
     * The batch axis of the node's outputs.
     *
     * @param axes one an input, null where the input does not carry samples; at least one is not null
     * @throws UntrackedBatchException where samples meet
     */
    BatchAxis through(Node node, List<BatchAxis> axes, long samples);

    /** Elementwise with broadcasting: aligned from the right, all inputs that carry samples agree. */
    Flow ELEMENTWISE = (node, axes, samples) -> {
        int rank = node.output().shape().rank();
        BatchAxis found = null;
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i) != null) {
                BatchAxis axis = axes.get(i);
                BatchAxis aligned =
                        axis.moved(axis.axis() + rank - node.input(i).shape().rank());
                if (found != null && !found.equals(aligned)) {
                    throw new UntrackedBatchException(node, "its operands carry the samples on different axes");
                }
                found = aligned;
            }
        }
        BatchAxis result = Objects.requireNonNull(found);
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i) == null && node.input(i) != null) {
                requireOneRow(node, node.input(i), result, rank);
            }
        }
        return result;
    };

    private static void requireOneRow(Node node, Value value, BatchAxis axis, int rank) {
        int own = axis.axis() - (rank - value.shape().rank());
        long full = node.output().shape().dim(axis.axis());
        if (own >= 0 && full > 1 && value.shape().dim(own) != 1) {
            throw new UntrackedBatchException(node, value);
        }
    }

    private static void onlyFirst(Node node, List<BatchAxis> axes) {
        if (axes.get(0) == null || axes.stream().skip(1).anyMatch(Objects::nonNull)) {
            throw new UntrackedBatchException(node, "an operand other than the first carries samples");
        }
    }

    /** Samples lie on axis 0 of the first input and of the output (convolution, pooling). */
    Flow LEADING = (node, axes, samples) -> {
        onlyFirst(node, axes);
        // Samples merged with windows are still independent images, as long as they stay on axis 0.
        if (axes.get(0).axis() != 0) {
            throw new UntrackedBatchException(node, "the samples are not on its axis 0");
        }
        return axes.get(0);
    };

    /** Works along one axis, given by attribute {@code axis}, which must not be that of the samples. */
    static Flow along(int missing) {
        return (node, axes, samples) -> {
            onlyFirst(node, axes);
            Shape shape = node.input(0).shape();
            int axis = shape.axis((int) node.attributes().integer("axis", missing));
            return apart(node, axes.get(0), axis);
        };
    }

    /** The given axis, if it is not one along which samples lie. */
    static BatchAxis apart(Node node, BatchAxis batch, int... worked) {
        if (Arrays.stream(worked).anyMatch(a -> a == batch.axis())) {
            throw new UntrackedBatchException(node, "it works along the axis of the samples");
        }
        return batch;
    }
}
