package vintk.onnx;

/**
 * One tensor of a computation: a graph input, a constant (initializer), or an output of a node. Immutable and compared
 * by identity.
 */
public final class Value {
    private final String name;
    private final TensorType type;
    private final Node node;
    private final Tensor constant;
    private final String fixed;

    private Value(String name, TensorType type, Node node, Tensor constant, String fixed) {
        this.name = name;
        this.type = type;
        this.node = node;
        this.constant = constant;
        this.fixed = fixed;
    }

    /** A graph input. */
    public static Value input(String name, TensorType type) {
        return new Value(name, type, null, null, null);
    }

    /** A constant without a name of its own: the writer gives it one, and writes equal ones once. */
    public static Value constant(Tensor tensor) {
        return new Value(null, tensor.type(), null, tensor, null);
    }

    /** A constant with a name: a weight. Two weights of equal content stay two. */
    public static Value initializer(String name, Tensor tensor) {
        return new Value(name, tensor.type(), null, tensor, null);
    }

    /** The same, where it is known to be no parameter, and what it is instead. */
    public static Value fixed(String name, Tensor tensor, String what) {
        return new Value(name, tensor.type(), null, tensor, what);
    }

    static Value output(Node node, String name, TensorType type) {
        return new Value(name, type, node, null, null);
    }

    /** The name the value must have in a file, or null where the writer may choose. */
    public String name() {
        return name;
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    public DataType dataType() {
        return type.dataType();
    }

    /** The node that computes this value; null for inputs and constants. */
    public Node node() {
        return node;
    }

    /** The elements of a constant; null for inputs and computed values. */
    public Tensor constant() {
        return constant;
    }

    /** What a constant is that has a name but is no parameter, in words; null for all others. */
    public String fixed() {
        return fixed;
    }

    public boolean isConstant() {
        return constant != null;
    }

    public boolean isInput() {
        return constant == null && node == null;
    }

    @Override
    public String toString() {
        String origin = node != null ? node.opType() : isConstant() ? "constant" : "input";
        return (name == null ? origin : name) + ":" + type;
    }
}
