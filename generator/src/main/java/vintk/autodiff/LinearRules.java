package vintk.autodiff;

import static vintk.onnx.Ops.matMul;
import static vintk.onnx.Ops.transposeLast;

import java.util.Arrays;
import java.util.List;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** Products of two operands: MatMul. */
final class LinearRules {
    private LinearRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("MatMul", new Rule(LinearRules::matMulFlow, LinearRules::matMulPullback));
    }

    private static BatchAxis matMulFlow(Node node, List<BatchAxis> axes, long samples) {
        int rank = node.output().shape().rank();
        BatchAxis a = aligned(node, axes.get(0), 0, rank);
        BatchAxis b = aligned(node, axes.get(1), 1, rank);
        if (a != null && a.axis() == rank - 1 || b != null && b.axis() == rank - 2) {
            throw new UntrackedBatchException(node, "it sums over the samples");
        }
        if (a != null && b != null && !(a.equals(b) && a.axis() < rank - 2)) {
            throw new UntrackedBatchException(node, "its operands carry the samples on different axes");
        }
        requireOneRow(node, a != null ? 1 : 0, a != null ? a : b, a != null && b != null);
        return a != null ? a : b;
    }

    /** An operand without samples must not have an extent of its own on an outer axis that carries them. */
    private static void requireOneRow(Node node, int input, BatchAxis axis, boolean bothCarry) {
        Value operand = node.input(input);
        int own = axis.axis() - node.output().shape().rank() + operand.shape().rank();
        boolean outer = own >= 0 && own < operand.shape().rank() - 2;
        if (!bothCarry && outer && operand.shape().dim(own) != 1) {
            throw new UntrackedBatchException(node, operand);
        }
    }

    private static BatchAxis aligned(Node node, BatchAxis axis, int input, int rank) {
        return axis == null
                ? null
                : axis.moved(axis.axis() + rank - node.input(input).shape().rank());
    }

    /** dA = dY Bᵀ, dB = Aᵀ dY. Matrices (operands of two axes that count) stay unmultiplied. */
    private static List<Cotangent> matMulPullback(Pull p) {
        return Arrays.asList(p.wants(0) ? byLeft(p) : null, p.wants(1) ? byRight(p) : null);
    }

    private static Cotangent byLeft(Pull p) {
        Value b = p.x(1);
        if (meetsAsMatrix(p, 0) && !isMatrix(b)) {
            return outer(p, transposeLast(p.fullDy()), transposeLast(Ops.expand(b, leads(p, b))), true);
        }
        return factor(p, 0, matMul(widened(p.dy(), -1, p), transposeLast(b)));
    }

    private static Cotangent byRight(Pull p) {
        Value a = p.x(0);
        if (meetsAsMatrix(p, 1)) {
            return outer(p, Ops.expand(a, leads(p, a)), p.fullDy(), false);
        }
        return factor(p, 1, matMul(transposeLast(a), widened(p.dy(), -2, p)));
    }

    private static boolean meetsAsMatrix(Pull p, int input) {
        return p.lead() == 0
                && isMatrix(p.x(input))
                && (p.isMeeting(input) || !p.batch().isTracked());
    }

    /**
     * The cotangent of a factor, aligned with the product but for the axis that was summed over. The product's other axis
     * was summed now: the samples must not lie there.
     */
    private static Cotangent factor(Pull p, int input, Value cotangent) {
        Shape y = p.y().shape();
        if (p.isMeeting(input) && p.batch().of(p.y()).axis() == y.rank() - 1 - input) {
            throw new UntrackedBatchException(p.node(), "the gradient of a factor sums over the samples");
        }
        return new Cotangent.Aligned(
                cotangent, y.with(-1 - input, p.x(input).shape().dim(-1 - input)));
    }

    /** Two axes, or more of extent 1. */
    private static boolean isMatrix(Value value) {
        return value.shape().elements() == value.shape().dim(-1) * value.shape().dim(-2);
    }

    /** The shape of an operand, broadcast to the leading axes of the product. */
    private static Shape leads(Pull p, Value operand) {
        Shape y = p.y().shape();
        return Shape.concat(
                y.slice(0, y.rank() - 2),
                Shape.of(operand.shape().dim(-2), operand.shape().dim(-1)));
    }

    /** The cotangent, of full extent along the axis that is summed over. */
    private static Value widened(Value dy, int axis, Pull p) {
        return Ops.expand(dy, dy.shape().with(axis, p.y().shape().dim(axis)));
    }

    /** Rows of both factors. Where the rows are the columns of the product, the samples must not lie among them. */
    private static Cotangent outer(Pull p, Value left, Value right, boolean columns) {
        BatchAxis axis = p.batch().of(p.y());
        int rank = p.y().shape().rank();
        if (columns && axis != null && axis.axis() >= rank - 2) {
            throw new UntrackedBatchException(p.node(), "a matrix from the left meets samples on the columns");
        }
        return new Cotangent.Outer(p.rows(left), p.rows(right));
    }
}
