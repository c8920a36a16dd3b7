package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** What an adapter makes of operands, for tests of networks with operators that are adapted on import. */
public final class Adapted {
    private Adapted() {}

    /** Absent operands are null. The types of the outputs must not matter to the adapter. */
    public static List<Value> of(String domain, String opType, long opset, Attributes attributes, Value... operands) {
        NodeProto node = NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(opType)
                .setName("node")
                .addAllAttribute(attributes.all())
                .build();
        List<TensorType> types = Collections.emptyList();
        return Adapters.find(domain, opType).adapt(new Site(node, opset, Arrays.asList(operands), types));
    }
}
