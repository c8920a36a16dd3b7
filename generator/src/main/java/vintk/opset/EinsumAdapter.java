package vintk.opset;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.Equation;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * Brings an Einsum to the form that has a gradient: without ellipsis, diagonals, and extents of 1 that are broadcast. One
 * operand alone is summed and transposed, and a constant one that is a matrix to another is the weight of a MatMul.
 */
final class EinsumAdapter {
    private final List<String> letters;
    private final List<Value> values;
    private final String result;

    private EinsumAdapter(Equation equation, List<Value> inputs) {
        letters = new ArrayList<>(equation.operands());
        values = new ArrayList<>(inputs);
        result = equation.result();
    }

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Einsum", site -> {
            Equation equation = Equation.of(site.attributes().text("equation", ""), site.inputs());
            if (equation.result().chars().distinct().count()
                    != equation.result().length()) {
                throw site.unsupported("a result with a letter twice, in '" + equation + "'");
            }
            return new EinsumAdapter(equation, site.inputs()).value();
        });
    }

    private Value value() {
        for (int i = 0; i < values.size(); i++) {
            takeDiagonals(i);
        }
        leaveOutOnes();
        if (values.size() == 1) {
            return alone();
        }
        if (values.size() == 2) {
            if (isWeight(0, 1)) {
                return product(1, 0);
            }
            if (isWeight(1, 0)) {
                return product(0, 1);
            }
        }
        Equation equation = new Equation(letters, result);
        return Ops.node(
                "Einsum",
                values.get(0).type().withShape(equation.shape(values)),
                Attributes.NONE.with("equation", equation.toString()),
                values.toArray(new Value[0]));
    }

    /** A letter that an operand has twice: every (n + 1)-th element of both axes merged. */
    private void takeDiagonals(int operand) {
        String own = letters.get(operand);
        for (int i = 0; i < own.length(); i++) {
            int other = own.indexOf(own.charAt(i), i + 1);
            while (other >= 0) {
                Value x = Ops.moveAxis(values.get(operand), other, i + 1);
                Shape shape = x.shape();
                long n = shape.dim(i);
                Shape merged = shape.replaced(i, i + 2, Shape.of(n * n));
                values.set(operand, Indexing.slice(Ops.reshape(x, merged), i, 0, n * n, n + 1));
                own = own.substring(0, other) + own.substring(other + 1);
                other = own.indexOf(own.charAt(i), i + 1);
            }
        }
        letters.set(operand, own);
    }

    /** An operand of extent 1 along a letter that is longer elsewhere does not depend on it. */
    private void leaveOutOnes() {
        Map<Character, Long> extents = new Equation(letters, result).extents(values);
        for (int i = 0; i < values.size(); i++) {
            StringBuilder left = new StringBuilder();
            Shape shape = Shape.SCALAR;
            for (int j = 0; j < letters.get(i).length(); j++) {
                char letter = letters.get(i).charAt(j);
                long extent = values.get(i).shape().dim(j);
                if (extent == extents.get(letter)) {
                    left.append(letter);
                    shape = Shape.concat(shape, Shape.of(extent));
                }
            }
            letters.set(i, left.toString());
            values.set(i, Ops.reshape(values.get(i), shape));
        }
    }

    private Value alone() {
        String own = letters.get(0);
        int[] summed = IntStream.range(0, own.length())
                .filter(i -> result.indexOf(own.charAt(i)) < 0)
                .toArray();
        Value sum = summed.length == 0 ? values.get(0) : Ops.reduceSum(values.get(0), false, summed);
        String left = chosen(own, result, true);
        return Ops.transpose(sum, Equation.order(left, result));
    }

    /** The letters of {@code from} that are, or are not, among others. */
    private static String chosen(String from, String others, boolean among) {
        StringBuilder chosen = new StringBuilder();
        from.chars().filter(c -> others.indexOf(c) >= 0 == among).forEach(c -> chosen.append((char) c));
        return chosen.toString();
    }

    /** Whether a constant sums over letters of x that are in nothing else and brings letters that only the result has. */
    private boolean isWeight(int constant, int x) {
        String w = letters.get(constant);
        String summed = chosen(w, letters.get(x), true);
        String brought = chosen(w, letters.get(x), false);
        return values.get(constant).isConstant()
                && !values.get(x).isConstant()
                && !summed.isEmpty()
                && chosen(summed, result, true).isEmpty()
                && chosen(brought, result, false).isEmpty()
                && chosen(chosen(letters.get(x), summed, false), result, false).isEmpty();
    }

    /** x [..., K] times the matrix [K, M], transposed to the order of the result. */
    private Value product(int operand, int constant) {
        String own = letters.get(operand);
        String w = letters.get(constant);
        String summed = chosen(w, own, true);
        String brought = chosen(w, own, false);
        String kept = chosen(own, summed, false);
        Value x = Ops.transpose(values.get(operand), Equation.order(own, kept + summed));
        Value matrix = Ops.transpose(values.get(constant), Equation.order(w, summed + brought));
        Shape from = x.shape();
        Shape to = matrix.shape();
        Shape rows = kept.isEmpty() ? Shape.of(1) : from.slice(0, kept.length());
        long inner = from.product(kept.length(), from.rank());
        Shape more = to.slice(summed.length(), to.rank());
        Value y = Ops.matMul(
                Ops.reshape(x, Shape.concat(rows, Shape.of(inner))), Ops.reshape(matrix, inner, more.elements()));
        Value apart = Ops.reshape(y, Shape.concat(from.slice(0, kept.length()), more));
        return Ops.transpose(apart, Equation.order(kept + brought, result));
    }
}
