package vintk.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** The activation that ONNX Runtime's optimiser put into a node: attributes {@code activation} and its parameters. */
final class FusedActivation {
    private FusedActivation() {}

    /** The node's activation of {@code x}, or {@code x}. */
    static Value applied(Site site, Value x) {
        String name = site.attributes().text("activation", "");
        List<Float> parameters = site.attributes().has("activation_params")
                ? site.attributes().get("activation_params").getFloatsList()
                : AttributeProto.getDefaultInstance().getFloatsList();
        return switch (name) {
            case "" -> x;
            case "Relu", "Tanh", "Sigmoid" -> plain(site, name, Attributes.NONE, x);
            case "LeakyRelu" -> plain(site, name, Attributes.NONE.with("alpha", parameters.get(0)), x);
            case "HardSigmoid" ->
                plain(
                        site,
                        name,
                        Attributes.NONE.with("alpha", parameters.get(0)).with("beta", parameters.get(1)),
                        x);
            case "Clip" ->
                plain(
                        site,
                        name,
                        Attributes.NONE,
                        x,
                        Ops.scalar(x.dataType(), parameters.get(0)),
                        Ops.scalar(x.dataType(), parameters.get(1)));
            default -> throw site.unsupported("the fused activation '" + name + "' is not handled");
        };
    }

    /** ONNX' own operator, adapted where it has an adapter. */
    private static Value plain(Site site, String operator, Attributes attributes, Value... operands) {
        NodeProto node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(site.proto().getName())
                .addAllOutput(site.proto().getOutputList())
                .addAllAttribute(attributes.all())
                .build();
        List<Value> inputs = new ArrayList<>(List.of(operands));
        Site own = new Site(node, 17, inputs, List.of(operands[0].type()));
        Adapter adapter = Adapters.find("", operator);
        return (adapter == null ? own.untouched() : adapter.adapt(own)).get(0);
    }
}
