package vintk.opset;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.CanonicalOpset;
import vintk.onnx.Node;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * QuantizeLinear and DequantizeLinear stay nodes, of which ONNX Runtime gives the values. Scale and zero point are copies
 * that no gradient reaches: they are constants of the model, not its parameters.
 *
 * <p>The gradient is that of quantisation-aware training, straight through: see {@code QuantizationRules}. A weight that
 * is stored in integers is a constant; one that is stored in float and quantised by the model is a parameter.
 */
final class QuantizationAdapters {
    /** The first opset with 16-bit integers and blocks. */
    private static final long BLOCKED = 21;

    private QuantizationAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        for (String operator : List.of("QuantizeLinear", "DequantizeLinear")) {
            adapters.single(operator, site -> fixed(site, Math.max(site.opset(), CanonicalOpset.BASE)));
            // Tools that quantise older models to 16 bits use ONNX Runtime's own domain.
            adapters.single("com.microsoft." + operator, site -> fixed(site, BLOCKED));
        }
    }

    private static Value fixed(Site site, long opset) {
        List<Value> inputs = new ArrayList<>(site.inputs());
        for (int i = 1; i < inputs.size(); i++) {
            Value input = inputs.get(i);
            inputs.set(i, input != null && input.isConstant() ? Value.constant(input.constant()) : input);
        }
        List<TensorType> types = List.of(site.types().get(0));
        List<String> names = site.proto().getOutputList();
        String name = site.proto().getName();
        return new Node("", site.opType(), name, inputs, site.attributes(), types, names, opset).output();
    }
}
