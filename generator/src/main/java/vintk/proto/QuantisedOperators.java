package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/**
 * Operators that compute with quantised numbers, of ONNX and of ONNX Runtime's quantiser, as what they stand for: the operator of floats
 * between DequantizeLinear and QuantizeLinear, to which gradients go straight through. Where a result lies in the middle between two
 * integers, rounding may take the other one.
 */
public final class QuantisedOperators {
    /**
     * How an operator takes its numbers.
     *
     * @param op of floats
     * @param operands inputs before scale and zero point each
     * @param result input that is the scale of the result, before its zero point
     * @param bias input of int32, of the product of both operands' scales; 0 for none
     */
    private record Form(String op, List<Integer> operands, int result, int bias) {
        static Form one(String op) {
            return new Form(op, List.of(0), 3, 0);
        }

        static Form two(String op) {
            return new Form(op, List.of(0, 3), 6, 0);
        }
    }

    private static final Map<String, Form> FORMS = Map.ofEntries(
            Map.entry("QLinearConv", new Form("Conv", List.of(0, 3), 6, 8)),
            Map.entry("QLinearMatMul", Form.two("MatMul")),
            Map.entry("com.microsoft.QGemm", new Form("Gemm", List.of(0, 3), 7, 6)),
            Map.entry("com.microsoft.QLinearAdd", Form.two("Add")),
            Map.entry("com.microsoft.QLinearMul", Form.two("Mul")),
            Map.entry("com.microsoft.QLinearAveragePool", Form.one("AveragePool")),
            Map.entry("com.microsoft.QLinearGlobalAveragePool", Form.one("GlobalAveragePool")),
            Map.entry("com.microsoft.QLinearLeakyRelu", Form.one("LeakyRelu")),
            Map.entry("com.microsoft.QLinearSigmoid", Form.one("Sigmoid")),
            Map.entry("com.microsoft.QLinearSoftmax", Form.one("Softmax")),
            Map.entry("com.microsoft.QLinearConcat", new Form("Concat", List.of(), 0, 0)));

    /** Of the scales that are made anew, in numbers: thousands of layers have fewer. */
    private static final long MOST_ELEMENTS = 1L << 24;

    /** What leaves numbers what they are: scale and zero point stay. */
    private static final Set<String> MOVES =
            Set.of("Concat", "Flatten", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze");

    private final GraphProto graph;
    private final Map<String, TensorProto> constants;
    private final Names names;
    private final GraphProto.Builder changed;

    /** Scales of operands so far, in numbers. */
    private long made;

    /** Scale and zero point of integers, by name. */
    private final Map<String, List<String>> scales = new HashMap<>();

    /** What was dequantised, by what it was made of and how: a weight that several nodes read is one. */
    private final Map<List<Object>, String> dequantized = new HashMap<>();

    private QuantisedOperators(GraphProto graph) {
        this.graph = graph;
        this.constants = Declared.constants(graph);
        this.names = new Names(graph);
        this.changed = graph.toBuilder().clearNode();
    }

    /** What is lowered, with its domain in front where it is not ONNX' own. */
    public static Set<String> operators() {
        return FORMS.keySet();
    }

    /** @param graph with its nodes in order */
    static GraphProto of(GraphProto graph) {
        boolean any = graph.getNodeList().stream()
                .map(QuantisedOperators::name)
                .anyMatch(name -> FORMS.containsKey(name) || name.equals("QuantizeLinear"));
        return any ? new QuantisedOperators(graph).changed() : graph;
    }

    private static String name(NodeProto node) {
        return (node.getDomain().isEmpty() ? "" : node.getDomain() + ".") + node.getOpType();
    }

    private GraphProto changed() {
        for (NodeProto node : graph.getNodeList()) {
            Form form = FORMS.get(name(node));
            if (form == null || !lowered(node, form)) {
                keep(node);
            }
        }
        return changed.build();
    }

    /** Other nodes stay, but for maxima of integers, which are lowered as well; they have the scale of what they choose from. */
    private void keep(NodeProto node) {
        List<String> of = scales.get(input(node, 0));
        if (of != null && node.getOpType().equals("MaxPool") && node.getOutputCount() == 1) {
            List<String> numbers = List.of(dequantized(node, input(node, 0), of, 0));
            quantize(node, between(node, "MaxPool", node, numbers), of);
            return;
        }
        changed.addNode(node);
        if (node.getOpType().equals("QuantizeLinear")) {
            scales.put(node.getOutput(0), pair(node, 1));
        } else if (of != null && MOVES.contains(node.getOpType())) {
            node.getOutputList().forEach(output -> scales.put(output, of));
        }
    }

    /** Whether that could be done: not where images have their channels last, or the scale of a bias is no constant. */
    private boolean lowered(NodeProto node, Form form) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        boolean biased = form.bias > 0 && !input(node, form.bias).isEmpty();
        // A scale of many numbers may be named by many nodes: what they make of it must not fill the memory.
        made += form.operands.stream()
                .mapToLong(i -> elements(input(node, i + 1)))
                .sum();
        if (attributes.integer("channels_last", 0) != 0 || made > MOST_ELEMENTS) {
            return false;
        }
        String scale = biased ? biasScale(node, attributes.real("alpha", 1)) : "";
        if (scale == null) {
            return false;
        }
        boolean concat = form.operands.isEmpty();
        List<Integer> operands = concat
                ? IntStream.iterate(2, i -> i < node.getInputCount(), i -> i + 3)
                        .boxed()
                        .toList()
                : form.operands;
        List<String> numbers = new ArrayList<>();
        for (int i : operands) {
            // Weights have a scale for each channel of their output, if for more than all.
            int axis = form.op.equals("Conv") || attributes.integer("transB", 0) != 0 ? 0 : -1;
            numbers.add(dequantized(node, input(node, i), pair(node, i + 1), axis));
        }
        if (biased) {
            numbers.add(dequantized(node, input(node, form.bias), List.of(scale), -1));
        }
        NodeProto.Builder own = node.toBuilder().clearAttribute();
        attributes.without("channels_last").without("opset").all().forEach(own::addAttribute);
        if (input(node, form.result).isEmpty()) {
            changed.addNode(own.setOpType(form.op).clearDomain().clearInput().addAllInput(numbers));
        } else {
            quantize(node, between(node, form.op, own.build(), numbers), pair(node, form.result));
        }
        return true;
    }

    /** The operator of floats; its output is what is quantised next. */
    private String between(NodeProto node, String op, NodeProto like, List<String> numbers) {
        String output = names.fresh(node.getOutput(0) + "/float");
        changed.addNode(like.toBuilder()
                .setOpType(op)
                .clearDomain()
                .clearInput()
                .addAllInput(numbers)
                .clearOutput()
                .addOutput(output));
        return output;
    }

    private String dequantized(NodeProto node, String integers, List<String> pair, long axis) {
        boolean one = pair.stream().allMatch(name -> elements(name) == 1);
        Attributes attributes = one ? Attributes.NONE : Attributes.NONE.with("axis", axis);
        List<Object> key = List.of(integers, pair, attributes.all());
        String known = dequantized.get(key);
        if (known != null) {
            return known;
        }
        String output = names.fresh(integers + "/float");
        changed.addNode(NodeProto.newBuilder()
                .setName(names.fresh(node.getName() + "/dequantize"))
                .setOpType("DequantizeLinear")
                .addInput(integers)
                .addAllInput(even(pair))
                .addOutput(output)
                .addAllAttribute(attributes.all()));
        dequantized.put(key, output);
        return output;
    }

    /** As many zero points as scales, which DequantizeLinear wants: the operators take one for all. */
    private List<String> even(List<String> pair) {
        long most = pair.stream().mapToLong(this::elements).max().orElseThrow();
        return pair.stream()
                .map(name ->
                        constants.containsKey(name) && elements(name) == 1 && most > 1 ? repeated(name, most) : name)
                .toList();
    }

    private String repeated(String name, long times) {
        Tensor one = TensorReader.read(constants.get(name));
        TensorType type = new TensorType(one.type().dataType(), Shape.of(times));
        String made = names.fresh(name + "/each");
        changed.addInitializer(TensorWriter.write(made, Tensor.of(type, Math.toIntExact(times), i -> one.number(0))));
        return made;
    }

    /** Of what is no constant, one. */
    private long elements(String name) {
        TensorProto tensor = constants.get(name);
        return tensor == null ? 1 : TensorReader.type(tensor).shape().elements();
    }

    private void quantize(NodeProto node, String numbers, List<String> pair) {
        changed.addNode(NodeProto.newBuilder()
                .setName(names.fresh(node.getName() + "/quantize"))
                .setOpType("QuantizeLinear")
                .addInput(numbers)
                .addAllInput(pair)
                .addOutput(node.getOutput(0)));
        scales.put(node.getOutput(0), pair);
    }

    /** A scale, and the zero point behind it where there is one. */
    private static List<String> pair(NodeProto node, int scale) {
        String zero = input(node, scale + 1);
        return zero.isEmpty() ? List.of(input(node, scale)) : List.of(input(node, scale), zero);
    }

    /** An initializer for the product of the scales of both operands, and a factor; null where they are not constants. */
    private String biasScale(NodeProto node, float factor) {
        TensorProto a = constants.get(input(node, 1));
        TensorProto b = constants.get(input(node, 4));
        if (a == null || b == null || elements(input(node, 1)) != 1) {
            return null;
        }
        float first = TensorReader.read(a).toFloats()[0] * factor;
        Tensor scales = TensorReader.read(b);
        int count = Math.toIntExact(scales.shape().elements());
        String name = names.fresh(input(node, 4) + "/bias");
        Tensor product =
                Tensor.of(new TensorType(DataType.FLOAT, scales.shape()), count, i -> first * (float) scales.number(i));
        TensorProto scale = TensorWriter.write(name, product);
        changed.addInitializer(scale);
        constants.put(name, scale);
        return name;
    }

    /** The name of an input, empty where it is not given. */
    static String input(NodeProto node, int i) {
        return i < node.getInputCount() ? node.getInput(i) : "";
    }
}
