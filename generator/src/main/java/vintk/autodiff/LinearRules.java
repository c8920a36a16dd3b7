package vintk.autodiff;

import static vintk.onnx.Ops.matMul;
import static vintk.onnx.Ops.transposeLast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/** Products of two operands: MatMul and Einsum. */
final class LinearRules {
    private LinearRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("MatMul", Rule.lazy(LinearRules::matMulFlow, LinearRules::matMulPullback));
        rules.add("Einsum", Rule.full(LinearRules::einsumFlow, LinearRules::einsumPullback));
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
            return outer(p, transposeLast(p.fullDy()), transposeLast(Ops.expand(b, leads(p, b))), p.y(), true);
        }
        return factor(p, 0, matMul(widened(p.dy(), -1, p), transposeLast(b)));
    }

    private static Cotangent byRight(Pull p) {
        Value a = p.x(0);
        if (meetsAsMatrix(p, 1)) {
            return outer(p, Ops.expand(a, leads(p, a)), p.fullDy(), p.y(), false);
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
    private static Cotangent outer(Pull p, Value left, Value right, Value like, boolean columns) {
        BatchAxis axis = p.batch().of(like);
        int rank = like.shape().rank();
        if (columns && axis != null && axis.axis() >= rank - 2) {
            throw new UntrackedBatchException(p.node(), "a matrix from the left meets samples on the columns");
        }
        return new Cotangent.Outer(p.rows(left, like), p.rows(right, like));
    }

    // ---- Einsum

    /** Letters of each operand and of the result; an ellipsis and repeated letters within an operand are refused. */
    private record Equation(List<String> operands, String result) {
        static Equation of(Node node) {
            String text = node.attributes().text("equation", "").replace(" ", "");
            if (text.contains(".")) {
                throw new UnsupportedOperatorException(node + ": an ellipsis in '" + text + "' is not handled");
            }
            String[] sides = text.split("->", -1);
            List<String> operands = Arrays.asList(sides[0].split(","));
            String result = sides.length > 1 ? sides[1] : implied(sides[0]);
            for (String operand : operands) {
                if (operand.chars().distinct().count() != operand.length()) {
                    throw new UnsupportedOperatorException(node + ": a diagonal in '" + text + "' is not handled");
                }
            }
            return new Equation(operands, result);
        }

        /** A letter that the equation does not use. */
        String freeLetter() {
            return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    .chars()
                    .mapToObj(Character::toString)
                    .filter(letter -> operands.stream().noneMatch(o -> o.contains(letter)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("an Einsum uses all letters"));
        }

        /** Without "->" the result has the letters that occur once, in alphabetical order. */
        private static String implied(String operands) {
            StringBuilder letters = new StringBuilder();
            operands.chars()
                    .filter(c -> c != ',' && operands.indexOf(c) == operands.lastIndexOf(c))
                    .sorted()
                    .forEach(c -> letters.append((char) c));
            return letters.toString();
        }
    }

    private static BatchAxis einsumFlow(Node node, List<BatchAxis> axes, long samples) {
        Equation equation = Equation.of(node);
        BatchAxis found = null;
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i) == null) {
                continue;
            }
            char letter = equation.operands.get(i).charAt(axes.get(i).axis());
            int at = equation.result.indexOf(letter);
            if (at < 0) {
                throw new UntrackedBatchException(node, "it sums over the samples");
            }
            BatchAxis here = axes.get(i).moved(at);
            if (found != null && !found.equals(here)) {
                throw new UntrackedBatchException(node, "its operands carry the samples on different axes");
            }
            found = here;
        }
        for (int i = 0; i < axes.size() && found != null; i++) {
            int own = equation.operands.get(i).indexOf(equation.result.charAt(found.axis()));
            if (axes.get(i) == null && own >= 0 && node.input(i).shape().dim(own) != 1) {
                throw new UntrackedBatchException(node, node.input(i));
            }
        }
        return found;
    }

    /** The cotangent of an operand is the einsum of the result's cotangent with the other operands. */
    private static List<Cotangent> einsumPullback(Pull p) {
        Equation equation = Equation.of(p.node());
        int operands = equation.operands.size();
        Cotangent[] cotangents = new Cotangent[operands];
        for (int i = 0; i < operands; i++) {
            cotangents[i] = einsumCotangent(p, equation, i);
        }
        return Arrays.asList(cotangents);
    }

    private static Cotangent einsumCotangent(Pull p, Equation equation, int operand) {
        if (!p.wants(operand)) {
            return null;
        }
        boolean meeting = p.isMeeting(operand);
        String sample = "";
        if (meeting) {
            BatchAxis axis = p.batch().of(p.y());
            if (!axis.isPlain()) {
                throw new UntrackedBatchException(p.node(), "a parameter meets samples merged with another axis");
            }
            sample = equation.result.substring(axis.axis(), axis.axis() + 1);
        }
        String lead = p.lead() > 0 ? equation.freeLetter() : "";
        StringBuilder inputs = new StringBuilder(lead + equation.result);
        ArrayList<Value> values = new ArrayList<>(List.of(p.fullDy()));
        for (int i = 0; i < equation.operands.size(); i++) {
            if (i != operand) {
                inputs.append(',').append(equation.operands.get(i));
                values.add(p.x(i));
            }
        }
        String target = equation.operands.get(operand);
        Shape shape = p.x(operand).shape();
        StringBuilder found = new StringBuilder();
        for (char letter : target.toCharArray()) {
            if (inputs.indexOf(String.valueOf(letter)) >= 0) {
                found.append(letter);
            }
        }
        if (target.contains(sample) && meeting) {
            throw new UntrackedBatchException(p.node(), "an operand has one row a sample");
        }
        String result = lead + sample + found;
        long samples = p.dy().shape().dims().length > 0 && !lead.isEmpty()
                ? p.dy().shape().dim(0)
                : p.batch().samples();
        Shape full = lead.isEmpty() && sample.isEmpty() ? shape : shape.prepend(samples);
        Shape thin = full;
        int offset = full.rank() - shape.rank();
        Shape made = Shape.of();
        for (int i = 0; i < target.length(); i++) {
            if (found.indexOf(target.substring(i, i + 1)) >= 0) {
                made = Shape.concat(made, Shape.of(shape.dim(i)));
            } else {
                thin = thin.with(offset + i, 1);
            }
        }
        made = Shape.concat(full.slice(0, offset), made);
        Value sum = Ops.node(
                "Einsum",
                new TensorType(p.dy().dataType(), made),
                Attributes.NONE.with("equation", inputs + "->" + result),
                values.toArray(new Value[0]));
        // A letter that only this operand has was summed alone: its cotangent is constant along it.
        return new Cotangent.PerSample(Ops.expand(Ops.reshape(sum, thin), full));
    }
}
