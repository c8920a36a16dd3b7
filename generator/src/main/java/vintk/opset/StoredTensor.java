package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import vintk.onnx.Exporter;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Makes values of the tensors that a model holds: initializers of what may be a parameter, constants of the rest.
 *
 * <p>Initializers are parameters, but for the numbers that exporters other than PyTorch store among them. Some exporters
 * (paddle2onnx, jax2onnx) have weights in Constant nodes, and some files have them replaced by ConstantOfShape to be small;
 * most such nodes hold epsilons, shapes and masks. There the {@link Role} decides.
 */
final class StoredTensor {
    /** Roles in which a Constant node holds a parameter. */
    private static final Set<Role> LEARNED =
            EnumSet.of(Role.WEIGHT, Role.EMBEDDING, Role.BIAS, Role.NORM_SCALE, Role.NORM_BIAS, Role.SLOPE);

    private final Map<String, Parameter> parameters = new HashMap<>();
    private final Exporter exporter;
    private final Set<String> buffers;
    private final Set<String> included;

    /** @param roles of the model */
    StoredTensor(ModelProto model, Roles roles) {
        roles.parameters().forEach(p -> parameters.put(p.name(), p));
        this.exporter = new Exporter(model);
        this.buffers = Marks.buffers(model);
        this.included = Marks.included(model);
    }

    /**
     * Of one element and in arithmetic, it is a number of the exporter's, unless a user says otherwise: PyTorch has its own in Constant
     * nodes, or names it. What optimisers store of those nodes is what it was there.
     */
    Value initializer(String name, Tensor tensor) {
        if (exporter.isConstant(name) && !included.contains(name)) {
            return constant(name, tensor);
        }
        boolean made = exporter.isNumber(name);
        boolean number = tensor.shape().elements() == 1
                && role(name) == Role.OTHER
                && (made || !exporter.isPyTorch())
                && !included.contains(name);
        // Group normalisation is written with this one; others leave out what they have not.
        boolean filler = made && isFiller(name, tensor) && reader(name).equals("InstanceNormalization");
        if (number || filler || buffers.contains(name) || isEverywhere(name, Role.STATISTIC::equals)) {
            return Value.constant(tensor);
        }
        return isEverywhere(name, Role::isFixed)
                ? Value.fixed(name, tensor, role(name).fixed())
                : Value.initializer(name, tensor);
    }

    /** Whether all that is made of it is of a kind: else the reader drops its name, and it counts as what else it is. */
    private boolean isEverywhere(String name, Predicate<Role> kind) {
        Parameter parameter = parameters.get(name);
        return parameter != null
                && parameter.uses().stream().map(ParameterUse::role).allMatch(kind);
    }

    /** Of a Constant node. Files of this program have one-hot matrices there, which are factors but no parameters. */
    Value constant(String name, Tensor tensor) {
        boolean made = exporter.isGenerated(name);
        return made && isFiller(name, tensor) ? Value.constant(tensor) : learned(name, tensor);
    }

    /** The ones and zeros that PyTorch's exporters give to a normalisation without scale or bias. */
    private boolean isFiller(String name, Tensor tensor) {
        double number = tensor.throughout();
        return role(name) == Role.NORM_SCALE && number == 1 || role(name) == Role.NORM_BIAS && number == 0;
    }

    private Value learned(String name, Tensor tensor) {
        return !exporter.isOwn() && LEARNED.contains(role(name))
                ? Value.initializer(name, tensor)
                : Value.constant(tensor);
    }

    /** Of a ConstantOfShape node; null where its shape is not stored but computed, from that of the batch perhaps. */
    Value filled(NodeProto node, TensorType type) {
        String name = node.getOutput(0);
        Parameter parameter = parameters.get(name);
        if (parameter == null || parameter.source() != Parameter.Source.CONSTANT_OF_SHAPE) {
            return null;
        }
        double number = node.getAttributeCount() == 0
                ? 0
                : TensorReader.read(node.getAttribute(0).getT()).number(0);
        return learned(name, Tensor.filled(type, number));
    }

    private Role role(String name) {
        return use(name).role();
    }

    private String reader(String name) {
        return use(name).reader();
    }

    private ParameterUse use(String name) {
        Parameter parameter = parameters.get(name);
        return parameter == null ? ParameterUse.NOWHERE : parameter.use();
    }
}
