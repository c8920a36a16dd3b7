package vintk.autodiff;

import static vintk.onnx.Indexing.gatherElements;
import static vintk.onnx.Indexing.scatterElements;
import static vintk.onnx.Ops.cast;
import static vintk.onnx.Ops.div;
import static vintk.onnx.Ops.equal;
import static vintk.onnx.Ops.mul;
import static vintk.onnx.Ops.scalar;
import static vintk.onnx.Ops.sub;
import static vintk.onnx.Ops.where;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/** ScatterElements: updates put, added, multiplied, ... to places of the data given by indices. */
final class ScatterRules {
    private ScatterRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("ScatterElements", new Rule(ScatterRules::flow, ScatterRules::pullback));
    }

    // ---- flow: all operands have the samples on one axis, which is not that of the indices

    private static BatchAxis flow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis batch = axes.stream().filter(Objects::nonNull).findFirst().orElseThrow();
        Flow.apart(node, batch, GatherRules.axis(node, 0));
        for (int i = 0; i < 3; i++) {
            requireRows(node, i, axes.get(i), batch, samples);
        }
        return batch;
    }

    /** An operand must have all samples on the same axis, or be indices that are the same for all samples. */
    static void requireRows(Node node, int input, BatchAxis own, BatchAxis batch, long samples) {
        Value value = node.input(input);
        if (own != null && !own.equals(batch)) {
            throw new UntrackedBatchException(node, "its operands carry the samples on different axes");
        }
        if (value.shape().dim(batch.axis()) != batch.outer() * samples * batch.inner()) {
            throw new UntrackedBatchException(node, "an operand has a part of the samples only");
        }
        if (own == null && !isSameForAll(value, batch, samples)) {
            throw new UntrackedBatchException(node, value);
        }
    }

    /** Whether indices are the same for all samples, seen by their making: broadcast along the axis, or constant. */
    private static boolean isSameForAll(Value indices, BatchAxis batch, long samples) {
        if (indices.dataType().isFloating()) {
            return false;
        }
        if (Ops.isNode(indices, "Expand")) {
            Shape from = indices.node().input(0).shape().padTo(indices.shape().rank());
            return from.dim(batch.axis()) == 1;
        }
        return indices.isConstant() && hasEqualRows(indices.constant(), batch, samples);
    }

    private static boolean hasEqualRows(Tensor tensor, BatchAxis batch, long samples) {
        Shape shape = tensor.shape();
        int block = (int) (batch.inner() * shape.product(batch.axis() + 1, shape.rank()));
        int stride = (int) (samples * block);
        long[] elements = tensor.integers();
        for (int start = 0; start < elements.length; start += stride) {
            for (int at = start + block; at < start + stride; at += block) {
                if (!Arrays.equals(elements, start, start + block, elements, at, at + block)) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- gradients. Indices that occur twice without a reduction are undefined in ONNX: not asked about

    private static List<Cotangent> pullback(Pull p) {
        String reduction = p.attributes().text("reduction", "none");
        int axis = GatherRules.axis(p.node(), 0) - p.y().shape().rank();
        Value dy = p.fullDy();
        Value at = Ops.expand(p.x(1), p.withLead(p.x(1).shape()));
        return switch (reduction) {
            case "none" -> {
                Value zeros = Ops.filled(dy.type().withShape(at.shape()), 0);
                yield gradients(
                        p.wants(0) ? scatterElements("none", dy, at, zeros, axis) : null, gatherElements(dy, at, axis));
            }
            case "add" -> gradients(dy, gatherElements(dy, at, axis));
            case "mul" -> gradients(mul(dy, product(p, axis)), mul(gatherElements(dy, at, axis), others(p, axis)));
            case "max", "min" -> {
                Value share = share(p.x(0), p.y());
                Value shares = share(p.x(2), gatherElements(p.y(), p.x(1), axis));
                Value count = scatterElements("add", share, p.x(1), shares, axis);
                Value each = div(dy, count);
                yield gradients(mul(each, share), mul(gatherElements(each, at, axis), shares));
            }
            default -> throw p.unsupported("reduction '" + reduction + "' is not known");
        };
    }

    private static List<Cotangent> gradients(Value byData, Value byUpdates) {
        return Arrays.asList(
                byData == null ? null : new Cotangent.PerSample(byData), null, new Cotangent.PerSample(byUpdates));
    }

    /** 1 where an element is the largest or smallest: equal ones share the gradient, as in PyTorch. */
    private static Value share(Value x, Value extreme) {
        return cast(equal(x, extreme), x.dataType());
    }

    /** What each place of the data was multiplied by. */
    private static Value product(Pull p, int axis) {
        return scatterElements("mul", Ops.filled(p.x(0).type(), 1), p.x(1), p.x(2), axis);
    }

    /** What each update was multiplied by: all other factors of its place, without dividing by zeros. */
    private static Value others(Pull p, int axis) {
        Value u = p.x(2);
        Value zero = scalar(u, 0);
        Value isZero = equal(u, zero);
        Value safe = where(isZero, scalar(u, 1), u);
        Value nonZeros = scatterElements("mul", p.x(0), p.x(1), safe, axis);
        Value own = cast(isZero, u.dataType());
        Value zeros = scatterElements("add", Ops.filled(p.x(0).type(), 0), p.x(1), own, axis);
        Value none = equal(sub(gatherElements(zeros, p.x(1), axis), own), zero);
        return where(none, div(gatherElements(nonZeros, p.x(1), axis), safe), zero);
    }
}
