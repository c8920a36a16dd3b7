package vintk.autodiff;

import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/** What a rule sees: a node, the cotangent of its output, and the batch. */
final class Pull {
    private final Node node;
    private final Value dy;
    private final BatchFlow batch;
    private final Set<Value> active;
    private final boolean steep;

    /** @param steep whether the cotangent may be infinite or NaN in some places */
    Pull(Node node, Value dy, BatchFlow batch, Set<Value> active, boolean steep) {
        this.node = node;
        this.dy = dy;
        this.batch = batch;
        this.active = active;
        this.steep = steep;
    }

    Node node() {
        return node;
    }

    Attributes attributes() {
        return node.attributes();
    }

    /** Input {@code i}, or null. */
    Value x(int i) {
        return node.input(i);
    }

    Value x() {
        return node.input(0);
    }

    Value y() {
        return node.output();
    }

    Value dy() {
        return dy;
    }

    BatchFlow batch() {
        return batch;
    }

    /** Whether the cotangent has one more axis in front than the output. */
    int lead() {
        return dy.shape().rank() - y().shape().rank();
    }

    /** A shape with the cotangent's leading axis, if it has one, in front. */
    Shape withLead(Shape shape) {
        return Shape.concat(dy.shape().slice(0, lead()), shape);
    }

    /** {@code dy} times a factor; 0 where the factor is 0, whatever {@code dy} is there. */
    Value share(Value factor) {
        Value product = Ops.mul(dy, factor);
        Value zero = Ops.scalar(dy, 0);
        return steep ? Ops.where(Ops.equal(factor, zero), zero, product) : product;
    }

    /** {@code dy} where the condition holds, 0 elsewhere. */
    Value where(Value condition) {
        return masked(condition, dy);
    }

    /** A multiple of {@code dy} where the condition holds, 0 elsewhere. */
    Value masked(Value condition, Value multiple) {
        return steep ? Ops.selected(condition, multiple) : Ops.mask(condition, multiple);
    }

    /** {@code dy}, expanded where it is of extent 1 because it is constant there. */
    Value fullDy() {
        return Ops.expand(dy, withLead(y().shape()));
    }

    /** Whether the cotangent of input {@code i} is asked for: a form that is not handled matters only then. */
    boolean wants(int i) {
        return active.contains(x(i));
    }

    /** Whether the sample axis of an input's cotangent arises at this node. */
    boolean isMeeting(int input) {
        return batch.isMeeting(node, x(input));
    }

    UnsupportedOperatorException unsupported(String what) {
        return new UnsupportedOperatorException(node + ": " + what);
    }

    /**
     * Rows of a value, a sample at a time: [..., k] to [S, R, k], the samples taken from the axis of the output (which
     * has the same leading axes), the other leading axes merged into rows. S is 1 where samples are not tracked.
     */
    Value rows(Value value) {
        BatchAxis axis = batch.of(y());
        long k = value.shape().dim(-1);
        if (axis == null) {
            return Ops.reshape(value, 1, value.shape().elements() / k, k);
        }
        if (axis.axis() == y().shape().rank() - 1) {
            throw new UntrackedBatchException(node, "the samples lie on the axis that the product sums over");
        }
        Value front = axis.toFront(value, batch.samples());
        return Ops.reshape(front, batch.samples(), value.shape().elements() / k / batch.samples(), k);
    }
}
