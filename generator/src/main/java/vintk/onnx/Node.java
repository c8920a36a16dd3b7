package vintk.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One application of an operator. Absent optional inputs are null. The operator's form is canonical: one that is
 * valid from opset {@link CanonicalOpset#BASE}, or {@link #opset()}, to the newest.
 */
public final class Node {
    private final String domain;
    private final String opType;
    private final String name;
    private final List<Value> inputs;
    private final Attributes attributes;
    private final List<Value> outputs;
    private final long opset;

    /** {@code outputNames} may be null, or hold nulls, where the writer may choose the names. */
    public Node(
            String domain,
            String opType,
            String name,
            List<Value> inputs,
            Attributes attributes,
            List<TensorType> outputTypes,
            List<String> outputNames) {
        this(domain, opType, name, inputs, attributes, outputTypes, outputNames, CanonicalOpset.of(domain, opType));
    }

    /** A node whose form is that of a later opset: see {@link #opset()}. */
    public Node(
            String domain,
            String opType,
            String name,
            List<Value> inputs,
            Attributes attributes,
            List<TensorType> outputTypes,
            List<String> outputNames,
            long opset) {
        this.domain = domain;
        this.opType = opType;
        this.name = name;
        this.inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
        this.attributes = attributes;
        this.opset = opset;
        List<Value> made = new ArrayList<>();
        for (int i = 0; i < outputTypes.size(); i++) {
            String outputName = outputNames == null ? null : outputNames.get(i);
            made.add(Value.output(this, outputName, outputTypes.get(i)));
        }
        this.outputs = Collections.unmodifiableList(made);
    }

    /** The operator set: "" for ONNX' own. */
    public String domain() {
        return domain;
    }

    public String opType() {
        return opType;
    }

    /** Whether it is ONNX' own operator of this name. */
    public boolean is(String ownOperator) {
        return domain.isEmpty() && opType.equals(ownOperator);
    }

    /** The name in the model the node came from, or null. */
    public String name() {
        return name;
    }

    public List<Value> inputs() {
        return inputs;
    }

    /** Input {@code i}, or null where it is absent. */
    public Value input(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    public Attributes attributes() {
        return attributes;
    }

    public List<Value> outputs() {
        return outputs;
    }

    public Value output() {
        return outputs.get(0);
    }

    /** The first opset of ONNX' own domain that has the operator in this form; a file is of that or a later one. */
    public long opset() {
        return opset;
    }

    /** Its name, or that of its output; null where neither has one. */
    public String label() {
        return name != null && !name.isEmpty() ? name : outputs.get(0).name();
    }

    /** The node as errors name it: operator, and name where it has one. */
    @Override
    public String toString() {
        String label = label();
        return label == null ? opType : opType + " '" + label + "'";
    }
}
