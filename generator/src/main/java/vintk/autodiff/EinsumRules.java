package vintk.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Equation;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * Einsum. On import, diagonals are taken and extents of 1 that are broadcast are left out: here all letters of an operand
 * differ, and a letter has one extent.
 */
final class EinsumRules {
    private EinsumRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("Einsum", new Rule(EinsumRules::flow, EinsumRules::pullback));
    }

    private static Equation equation(Node node) {
        Equation equation = Equation.of(node);
        for (int i = 0; i < equation.operands().size(); i++) {
            String operand = equation.operands().get(i);
            if (operand.chars().distinct().count() != operand.length()) {
                throw new UnsupportedOperatorException(node + ": a diagonal in '" + equation + "' is not handled");
            }
            for (int j = 0; j < operand.length(); j++) {
                long full = equation.extents(node.inputs()).get(operand.charAt(j));
                if (node.input(i).shape().dim(j) != full) {
                    throw new UnsupportedOperatorException(
                            node + ": broadcasting in '" + equation + "' is not handled");
                }
            }
        }
        return equation;
    }

    private static BatchAxis flow(Node node, List<BatchAxis> axes, long samples) {
        Equation equation = equation(node);
        BatchAxis found = null;
        for (int i = 0; i < axes.size(); i++) {
            if (axes.get(i) == null) {
                continue;
            }
            char letter = equation.operands().get(i).charAt(axes.get(i).axis());
            int at = equation.result().indexOf(letter);
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
            int own = equation.operands().get(i).indexOf(equation.result().charAt(found.axis()));
            if (axes.get(i) == null && own >= 0 && node.input(i).shape().dim(own) != 1) {
                throw new UntrackedBatchException(node, node.input(i));
            }
        }
        return found;
    }

    /** The cotangent of an operand is the einsum of the result's cotangent with the other operands. */
    private static List<Cotangent> pullback(Pull p) {
        Equation equation = equation(p.node());
        int operands = equation.operands().size();
        Cotangent[] cotangents = new Cotangent[operands];
        for (int i = 0; i < operands; i++) {
            cotangents[i] = cotangent(p, equation, i);
        }
        return Arrays.asList(cotangents);
    }

    private static Cotangent cotangent(Pull p, Equation equation, int operand) {
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
            sample = equation.result().substring(axis.axis(), axis.axis() + 1);
        }
        String lead = p.lead() > 0 ? equation.freeLetter() : "";
        StringBuilder inputs = new StringBuilder(lead + equation.result());
        List<Value> values = new ArrayList<>(List.of(p.fullDy()));
        for (int i = 0; i < equation.operands().size(); i++) {
            if (i != operand) {
                inputs.append(',').append(equation.operands().get(i));
                values.add(p.x(i));
            }
        }
        String target = equation.operands().get(operand);
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
        long samples = p.batch().samples();
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
