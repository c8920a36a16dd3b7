package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Exporter;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.opset.ProtoGraph.Reader;

/**
 * The roles of a model's parameters: of all float initializers, values of Constant nodes, and ConstantOfShape tensors of
 * known shape. A parameter is followed through layout and arithmetic that involves parameters alone to the operators that
 * bring it together with activations, and these decide. Files alone are read: nothing is run, no type need be known.
 *
 * <p>Where an operator does not say what an operand is, it is told from shape and surroundings. A vector added to the
 * result of a product is a bias, anything larger a table of positions; a factor of what was divided by a root mean
 * square is the scale of a normalisation. Sub-graphs are followed as far as they read values of the graph around them.
 */
public final class Roles {
    /** Operators between a parameter and its reader: real chains have a dozen, and each takes some of the stack. */
    private static final int DEEPEST = 500;

    private static final Set<String> FLOW = Set.of("If", "Loop", "Scan");

    /** How modules name them, of PyTorch and TensorFlow: what reads a mean or variance in arithmetic does not tell. */
    static final Pattern RUNNING = Pattern.compile("(?<![A-Za-z])(?:running|moving)_(mean|var|variance)(?!_?[A-Za-z])");

    /** Inputs of BatchNormalization. */
    static final int MEAN = 3;

    private static final int VARIANCE = 4;

    private final ProtoGraph graph;
    private final ParameterShapes shapes;
    private final Contents contents;
    private final Set<String> learned;
    private final Origin origin;
    private final NormalisationPattern normalisation;
    private final Exporter exporter;
    private final Map<String, Uses> uses = new HashMap<>();
    private int depth;

    Roles(ModelProto model) {
        this.exporter = new Exporter(model);
        this.graph = new ProtoGraph(model);
        this.shapes = new ParameterShapes(graph);
        this.origin = new Origin(graph);
        this.normalisation = new NormalisationPattern(graph, origin, shapes);
        this.learned = LearnedValues.of(model, graph);
        this.contents = new Contents(graph.constants().keySet(), this::tensor, this::prunes, this::isAside);
    }

    /** The role of every float parameter, initializers first, in the order of the file. */
    public static Map<String, Role> of(ModelProto model) {
        Map<String, Role> roles = new LinkedHashMap<>();
        parameters(model).forEach(p -> roles.put(p.name(), p.role()));
        return roles;
    }

    /**
     * All float parameters, initializers first, in the order of the file. Factors, summands and tables in nodes that PyTorch's exporters name
     * by themselves are none where there are initializers, but numbers of the model's code (states at the beginning, coordinates).
     */
    public static List<Parameter> parameters(ModelProto model) {
        return new Roles(model).parameters();
    }

    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        graph.constants().forEach((name, tensor) -> {
            boolean initializer = graph.isInitializer(name);
            Parameter.Source source = initializer ? Parameter.Source.INITIALIZER : Parameter.Source.CONSTANT;
            add(parameters, name, tensor.getDataType(), source);
        });
        graph.filled().forEach((name, filled) -> {
            Shape shape = shapes.of(name);
            if (shape != null && shape.elements() > 1) {
                add(parameters, name, filled.dataType(), Parameter.Source.CONSTANT_OF_SHAPE);
            }
        });
        boolean stored = parameters.stream()
                .anyMatch(p -> !isOfNode(p) && p.type().shape().rank() > 0);
        if (exporter.isPyTorch() && stored) {
            parameters.removeIf(this::isOfCode);
        }
        return parameters;
    }

    /** Whether the second operand of a node of the model is a statistic: no parameter there, whatever else it may be. */
    boolean isByStatistic(NodeProto node) {
        return statistic(node) != null;
    }

    private boolean isOfCode(Parameter parameter) {
        boolean plain = Set.of(Role.WEIGHT, Role.EMBEDDING, Role.BIAS).contains(parameter.role());
        return plain && isOfNode(parameter) && exporter.isGenerated(parameter.name());
    }

    private boolean isOfNode(Parameter parameter) {
        return parameter.source() != Parameter.Source.INITIALIZER || exporter.isConstant(parameter.name());
    }

    private void add(List<Parameter> parameters, String name, int dataType, Parameter.Source source) {
        Shape shape = shapes.of(name);
        if (shape != null && isFloating(dataType)) {
            parameters.add(
                    new Parameter(name, new TensorType(DataType.of(dataType), shape), source, told(name, shape)));
        }
    }

    private List<ParameterUse> told(String name, Shape shape) {
        // A number is never a weight, even where it is expanded to one.
        if (shape.rank() == 0) {
            return List.of(ParameterUse.NOWHERE);
        }
        Role content = contents.role(name);
        return content == null
                ? named(name, uses(name).sorted())
                : List.of(new ParameterUse(content, "", 0, Fans.NONE));
    }

    /** What is nothing else is a running statistic where it has the name of one. */
    private static List<ParameterUse> named(String name, List<ParameterUse> uses) {
        Matcher running = RUNNING.matcher(name);
        boolean unknown = uses.stream().allMatch(use -> use.role() == Role.OTHER);
        if (!unknown || !running.find()) {
            return uses;
        }
        return List.of(running(running.group(1).equals("mean")));
    }

    /** As BatchNormalization reads it. */
    private static ParameterUse running(boolean mean) {
        return new ParameterUse(Role.STATISTIC, "BatchNormalization", mean ? MEAN : VARIANCE, Fans.NONE);
    }

    private static boolean isFloating(int dataType) {
        try {
            return DataType.of(dataType).isFloating();
        } catch (IllegalArgumentException e) {
            // Strings, complex numbers, types of fewer than eight bits.
            return false;
        }
    }

    /** What all readers of a value, which is computed from parameters alone, make of it. */
    private Uses uses(String value) {
        Uses known = uses.get(value);
        if (known != null) {
            return known;
        }
        // Against cycles, which a file may hold.
        uses.put(value, Uses.none());
        Uses found = Uses.none();
        if (++depth > DEEPEST) {
            depth--;
            return found;
        }
        for (Reader reader : graph.readers(value)) {
            found.add(uses(value, reader));
        }
        depth--;
        uses.put(value, found);
        return found;
    }

    private Uses uses(String value, Reader reader) {
        NodeProto node = reader.node();
        int input = reader.input();
        if (node.getOutputCount() == 0 || FLOW.contains(node.getOpType())) {
            return Uses.none();
        }
        Role told = InputRoles.role(node, input);
        if (told != null) {
            return Uses.of(told(told, value, reader), reader);
        }
        if (InputRoles.isProduct(node) && InputRoles.isFactor(node, input)) {
            return Uses.of(factor(value, reader), reader);
        }
        Role statistic = input == 1 ? statistic(node) : null;
        if (statistic != null) {
            boolean running = statistic == Role.STATISTIC;
            return running ? Uses.of(running(node.getOpType().equals("Sub")), reader) : Uses.of(statistic, reader);
        }
        boolean meets = graph.isDependent(node.getOutput(0));
        return switch (node.getOpType()) {
            case "Gather", "GatherND", "GatherElements" ->
                input > 0 ? Uses.none() : isLookup(value, node) ? Uses.of(Role.EMBEDDING, reader) : outputs(node);
            case "Concat" -> meets ? Uses.of(token(value), reader) : outputs(node);
            case "Where" ->
                meets ? Uses.of(rank(value) > 2 ? token(value) : Role.OTHER, reader) : sameSize(value, reader);
            case "Add", "Sum" -> meets ? Uses.of(summand(value, reader), reader) : sameSize(value, reader);
            case "Mul" -> meets ? Uses.of(factorRole(value, reader), reader) : sameSize(value, reader);
            case "Sub" -> meets ? Uses.of(minuend(reader), reader) : sameSize(value, reader);
            default -> {
                boolean follow = input == 0 && !meets && !node.getOpType().startsWith("Reduce");
                boolean pairwise = Set.of("Div", "Pow", "Max", "Min").contains(node.getOpType());
                yield !follow ? Uses.of(Role.OTHER, reader) : pairwise ? sameSize(value, reader) : outputs(node);
            }
        };
    }

    private Uses outputs(NodeProto node) {
        Uses found = Uses.none();
        node.getOutputList().stream().filter(o -> !o.isEmpty()).forEach(o -> found.add(uses(o)));
        return found;
    }

    /** Of parameters alone, the one of the result's size goes on in it; others scale it or shift it. */
    private Uses sameSize(String value, Reader reader) {
        Shape in = shapes.of(value);
        Shape out = shapes.of(reader.node().getOutput(0));
        boolean same = in != null && out != null ? in.elements() == out.elements() : in != null;
        return same ? outputs(reader.node()) : Uses.of(Role.OTHER, reader);
    }

    private ParameterUse told(Role role, String value, Reader reader) {
        NodeProto node = reader.node();
        if (role == Role.WEIGHT) {
            return ParameterUse.of(role, reader, Fans.of(node, reader.input(), shapes.of(value)));
        }
        if (role == Role.BIAS) {
            return ParameterUse.of(role, reader, fansOfWeight(node));
        }
        boolean instance = node.getOpType().equals("InstanceNormalization");
        boolean made = graph.producer(value) != null || exporter.isConstant(value);
        if (instance && made && isUniform(value, role == Role.NORM_SCALE ? 1 : 0)) {
            // PyTorch writes GroupNorm as this operator with ones and zeros, and its own scale and bias behind it.
            return ParameterUse.of(Role.OTHER, reader);
        }
        return ParameterUse.of(role, reader);
    }

    private ParameterUse factor(String value, Reader reader) {
        NodeProto node = reader.node();
        boolean alone = node.getInputList().stream().limit(2).noneMatch(graph::isDependent);
        if (alone && reader.input() == 0 && rank(value) > 2) {
            // Tokens that a layer is applied to, such as the latent queries of a pooling attention.
            return ParameterUse.of(Role.EMBEDDING, reader);
        }
        return ParameterUse.of(Role.WEIGHT, reader, Fans.of(node, reader.input(), shapes.of(value)));
    }

    /** Rows of a table, and not a selection within a parameter. */
    private boolean isLookup(String value, NodeProto node) {
        if (node.getInputCount() < 2 || graph.isDependent(node.getInput(1))) {
            return true;
        }
        Shape indices = shapes.of(node.getInput(1));
        boolean many = indices == null || indices.rank() > 0;
        long axis = Attributes.of(node.getAttributeList()).integer("axis", 0);
        return node.getOpType().equals("Gather") && many && axis == 0 && rank(value) == 2;
    }

    /** What stands beside activations: a token, unless it is padding. */
    private Role token(String value) {
        boolean vector = graph.constants().containsKey(value) && rank(value) < 2;
        boolean padding = graph.producer(value) != null && isUniform(value, 0);
        return vector || padding ? Role.OTHER : Role.EMBEDDING;
    }

    private ParameterUse summand(String value, Reader reader) {
        NodeProto node = reader.node();
        Shape shape = shapes.of(value);
        if (shape == null || shape.rank() == 0 || node.getInputCount() != 2) {
            return ParameterUse.of(Role.OTHER, reader);
        }
        String other = node.getInput(1 - reader.input());
        if (normalisation.isScaled(other) || normalisation.isNormalised(other)) {
            return ParameterUse.of(Role.NORM_BIAS, reader);
        }
        long extents = extents(shape);
        NodeProto product = product(other);
        if (product != null && InputRoles.isProduct(product)) {
            Fans fans = fansOfWeight(product);
            boolean parameterised = product.getInputList().stream().anyMatch(i -> isFactorOf(product, i));
            if (parameterised && (extents <= 1 || shape.elements() == fans.features())) {
                return ParameterUse.of(Role.BIAS, reader, fans);
            }
        }
        // One vector for all places is a type of token where the channels come last.
        boolean table = extents > 1 || shape.rank() > 2 && shape.dim(-1) > 1 || isConcatenated(node.getOutput(0));
        boolean embedding = table && graph.isBeforeProduct(node.getOutput(0));
        return ParameterUse.of(embedding ? Role.EMBEDDING : Role.OTHER, reader);
    }

    /** The node that computed a value, behind factors of one element. */
    private NodeProto product(String value) {
        NodeProto node = origin.of(value);
        if (node != null && Set.of("Mul", "Div").contains(node.getOpType()) && node.getInputCount() == 2) {
            for (int i = 0; i < 2; i++) {
                Shape factor = shapes.of(node.getInput(i));
                if (factor != null && factor.elements() == 1) {
                    return origin.of(node.getInput(1 - i));
                }
            }
        }
        return node;
    }

    /** Whether a value is only put beside others: what it is the sum with is a token. */
    private boolean isConcatenated(String value) {
        List<Reader> readers = graph.readers(value);
        return !readers.isEmpty()
                && readers.stream().allMatch(r -> r.node().getOpType().equals("Concat"));
    }

    private Role factorRole(String value, Reader reader) {
        boolean normalised = reader.node().getInputCount() == 2
                && rank(value) > 0
                && normalisation.isNormalised(reader.node().getInput(1 - reader.input()));
        return normalised ? Role.NORM_SCALE : Role.OTHER;
    }

    /** β - μγ/σ, as TensorFlow writes it. */
    private Role minuend(Reader reader) {
        boolean bias =
                reader.input() == 0 && normalisation.isScaled(reader.node().getInput(1));
        return bias ? Role.NORM_BIAS : Role.OTHER;
    }

    private boolean isFactorOf(NodeProto product, String value) {
        int input = product.getInputList().indexOf(value);
        return !value.isEmpty() && InputRoles.isFactor(product, input) && !graph.isDependent(value);
    }

    /** The fans of the parameter among the factors of a product. */
    private Fans fansOfWeight(NodeProto product) {
        for (int i = product.getInputCount() - 1; i >= 0; i--) {
            String input = product.getInput(i);
            boolean weight = InputRoles.isFactor(product, i) && InputRoles.role(product, i) != Role.BIAS;
            if (weight && !input.isEmpty() && !graph.isDependent(input)) {
                return Fans.of(product, i, shapes.of(input));
            }
        }
        return Fans.NONE;
    }

    private int rank(String value) {
        Shape shape = shapes.of(value);
        return shape == null ? 0 : shape.rank();
    }

    private static long extents(Shape shape) {
        return Arrays.stream(shape.dims()).filter(d -> d != 1).count();
    }

    /** Whether a value is one number throughout. */
    private boolean isUniform(String value, double number) {
        if (graph.filled().containsKey(value)) {
            return graph.filled().get(value).zero() == (number == 0);
        }
        Tensor tensor = tensor(value);
        return tensor != null && tensor.throughout() == number;
    }

    /** A constant; null for other values, and where it is malformed: whoever runs the model says so. */
    private Tensor tensor(String value) {
        TensorProto proto = graph.constants().get(value);
        try {
            return proto == null ? null : TensorReader.read(proto);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** As masks of weights do: whatever reads it multiplies by it what depends on no input. */
    private boolean prunes(String value) {
        return !graph.readers(value).isEmpty()
                && graph.readers(value).stream()
                        .map(Reader::node)
                        .allMatch(node -> node.getOpType().equals("Mul") && !graph.isDependent(node.getOutput(0)));
    }

    private boolean isAside(String value) {
        return uses(value).sorted().stream().allMatch(use -> use.role() == Role.OTHER || use.role() == Role.EMBEDDING);
    }

    private Role statistic(NodeProto node) {
        boolean told = node.getInputCount() > 1 && learned.contains(node.getInput(1));
        return told ? null : normalisation.statistic(node);
    }
}
