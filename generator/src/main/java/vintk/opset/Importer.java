package vintk.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.BlockedConvolution;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.NodeLabel;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/** Makes a {@link Graph} in canonical form of a {@link Resolved} model. */
public final class Importer {
    private static final Set<String> RANDOM = Set.of(
            "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike");

    private static final Set<String> OPTIONALS = Set.of("Optional", "OptionalGetElement", "OptionalHasElement");

    private final Resolved resolved;
    private final BlockedLayout blocked;
    private final Map<String, Long> opsets = new HashMap<>();
    private final Map<String, Value> values = new HashMap<>();
    private final StoredTensor stored;
    private final Roles roles;

    /** Values that no adapter makes (masks of Dropout, statistics of norms), with what is said when they are read. */
    private final Map<String, String> missing = new HashMap<>();

    private Importer(Resolved resolved) {
        this.resolved = resolved;
        this.roles = new Roles(resolved.model());
        this.stored = new StoredTensor(resolved.model(), roles);
        this.blocked = new BlockedLayout(resolved.block());
        for (OperatorSetIdProto opset : resolved.model().getOpsetImportList()) {
            opsets.put(opset.getDomain(), opset.getVersion());
        }
    }

    /**
     * The graph of a model: its inputs without the initializers that old models repeat there, and all its outputs.
     *
     * @throws UnsupportedOperatorException naming a node of a form that is not handled
     */
    public static Graph graph(Resolved resolved) {
        return new Importer(resolved).run();
    }

    private Graph run() {
        GraphProto proto = resolved.model().getGraph();
        values.putAll(resolved.given());
        for (TensorProto tensor : proto.getInitializerList()) {
            values.computeIfAbsent(tensor.getName(), name -> stored.initializer(name, TensorReader.read(tensor)));
        }
        List<Value> inputs = new ArrayList<>();
        for (ValueInfoProto info : proto.getInputList()) {
            if (!values.containsKey(info.getName())) {
                Value input = Value.input(info.getName(), type(info.getName()));
                values.put(info.getName(), input);
                inputs.add(input);
            }
        }
        for (NodeProto node : proto.getNodeList()) {
            importNode(node);
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (ValueInfoProto info : proto.getOutputList()) {
            // What is not asked for need not be there: the first output is, or another float one.
            if (!missing.containsKey(info.getName()) || proto.getOutputCount() == 1) {
                outputs.put(info.getName(), value(info.getName()));
            }
        }
        return new Graph(proto.getName(), inputs, outputs);
    }

    private void importNode(NodeProto proto) {
        boolean folded = true;
        for (String output : proto.getOutputList()) {
            Tensor known = resolved.known().get(output);
            if (known != null) {
                values.put(output, Value.constant(known));
            } else if (!output.isEmpty()) {
                folded = false;
            }
        }
        if (folded) {
            return;
        }
        if (proto.getOpType().equals("Constant") && proto.getDomain().isEmpty()) {
            values.put(proto.getOutput(0), stored.constant(proto.getOutput(0), constant(proto)));
            return;
        }
        Value filled =
                proto.getOpType().equals("ConstantOfShape") ? stored.filled(proto, type(proto.getOutput(0))) : null;
        if (filled != null) {
            values.put(proto.getOutput(0), filled);
            return;
        }
        if (RANDOM.contains(proto.getOpType())) {
            throw new UnsupportedOperatorException(NodeLabel.of(proto)
                    + ": a model that draws random numbers gives another kernel at every run (is it stochastic depth? Export with"
                    + " stochastic_depth_prob=0, or drop_path_rate=0)");
        }
        if (OPTIONALS.contains(proto.getOpType()) || OperatorTable.SEQUENCES.contains(proto.getOpType())) {
            throw new UnsupportedOperatorException(
                    NodeLabel.of(proto) + ": sequences of tensors, and tensors that may be absent, are not handled");
        }
        for (AttributeProto attribute : proto.getAttributeList()) {
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                throw new UnsupportedOperatorException(
                        NodeLabel.of(proto) + ": control flow (a sub-graph inside a node) is not handled");
            }
        }
        List<Value> inputs = new ArrayList<>();
        for (String input : proto.getInputList()) {
            inputs.add(input.isEmpty() ? null : value(input));
        }
        if (roles.isByStatistic(proto)) {
            inputs.set(1, NormalizationAdapters.statistic(inputs.get(1), inputs.get(0)));
        }
        List<TensorType> types = new ArrayList<>();
        for (String output : proto.getOutputList()) {
            if (!output.isEmpty() && !resolved.types().containsKey(output)) {
                throw new UnsupportedOperatorException(NodeLabel.of(proto) + ": its output '" + output
                        + "' is no tensor: sequences, maps and optionals are not handled");
            }
            types.add(type(output));
        }
        String domain = proto.getDomain();
        Site site = new Site(proto, opsets.getOrDefault(domain, 1L), inputs, types);
        Adapter adapter = Adapters.find(domain, proto.getOpType());
        List<Value> made = adapted(site, domain.equals(BlockedConvolution.DOMAIN) ? blocked::adapt : adapter);
        for (int i = 0; i < made.size() && i < proto.getOutputCount(); i++) {
            if (proto.getOutput(i).isEmpty()) {
                continue;
            }
            check(site, i, made.get(i));
            values.put(proto.getOutput(i), made.get(i));
        }
        for (int i = made.size(); i < proto.getOutputCount(); i++) {
            missing.put(proto.getOutput(i), site + ": its output " + (i + 1) + " is not handled");
        }
    }

    /** Whatever an adapter cannot read in a node is said of the node. */
    private static List<Value> adapted(Site site, Adapter adapter) {
        try {
            return adapter == null ? site.untouched() : adapter.adapt(site);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(site.toString()) ? e : new IllegalArgumentException(site + ": " + message, e);
        } catch (ArithmeticException
                | IndexOutOfBoundsException
                | NullPointerException
                | NegativeArraySizeException e) {
            throw new IllegalArgumentException(
                    site + ": its inputs or attributes do not fit the operator (" + e.getMessage() + ")", e);
        }
    }

    /** What an adapter made must be what the model's own inference says: a guard against wrong adapters. */
    private static void check(Site site, int output, Value made) {
        TensorType expected = site.types().get(output);
        if (!made.type().equals(expected)) {
            throw new IllegalStateException(site + ": output " + (output + 1) + " should be " + expected
                    + " but was imported as " + made.type());
        }
    }

    private static Tensor constant(NodeProto proto) {
        TensorProto held = TensorReader.constant(proto);
        if (held == null) {
            throw new UnsupportedOperatorException(
                    "Constant '" + proto.getOutput(0) + "': no value of a form that is handled");
        }
        return TensorReader.read(held);
    }

    private Value value(String name) {
        Value value = values.get(name);
        if (value == null && missing.containsKey(name)) {
            throw new UnsupportedOperatorException(missing.get(name));
        }
        if (value == null) {
            throw new IllegalArgumentException(
                    "value '" + name + "' is used before it is computed, or is computed by no node");
        }
        return value;
    }

    private TensorType type(String name) {
        if (name.isEmpty()) {
            return Ops.scalar(DataType.FLOAT, 0).type();
        }
        TensorType type = resolved.types().get(name);
        if (type == null) {
            throw new IllegalArgumentException("the type of value '" + name + "' is not known");
        }
        return type;
    }
}
