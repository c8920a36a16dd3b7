package vintk.autodiff;

import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.Sampling.UNIFORM;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Quantisation to steps so small that differences do not see them: steps of 2⁻¹⁵ change differences over 2⁻⁶ by 2⁻⁹ at
 * most, and the slope of 1/2 in front halves that.
 */
final class QuantizationCases {
    private static final double STEP = 0x1p-15;

    private QuantizationCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        for (String operator : List.of("QuantizeLinear", "DequantizeLinear")) {
            add(cases, operator, shape(), Shape.SCALAR, Attributes.NONE);
            add(cases, operator, shape(2, 3), Shape.of(1), Attributes.NONE);
            add(cases, operator, shape(2, 3), Shape.of(3), Attributes.NONE);
            add(cases, operator, shape(2, 3, 2), Shape.of(2), Attributes.NONE.with("axis", 0L));
            add(cases, operator, shape(2, 3, 2), Shape.of(3), Attributes.NONE.with("axis", -2L));
            Attributes blocks = Attributes.NONE.with("axis", 1L).with("block_size", 2L);
            add(cases, operator, shape(3, 4), Shape.of(3, 2), blocks);
            add(cases, operator, shape(2, 5, 2), Shape.of(2, 3, 2), blocks);
        }
        return cases;
    }

    private static void add(List<GradientCase> cases, String operator, Shape x, Shape scales, Attributes attributes) {
        double[] steps = new double[(int) scales.elements()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = STEP * (1 - 0.03 * i);
        }
        Value scale = Ops.constant(Tensor.of(new TensorType(DataType.FLOAT, scales), steps));
        TensorType type = new TensorType(DataType.INT16, scales);
        Value zero = Ops.constant(new Tensor(type, ByteBuffer.allocate((int) type.bytes())));
        cases.add(one(operator, UNIFORM, x, v -> Ops.mul(quantized(Ops.mul(v, 0.5), scale, zero, attributes), 1.5))
                .inFloat()
                .noted("scales " + scales + " " + attributes));
    }

    /** To 16-bit integers and back. */
    static Value quantized(Value x, Value scale, Value zero, Attributes attributes) {
        TensorType integers = new TensorType(zero.dataType(), x.shape());
        Value q = node("QuantizeLinear", integers, attributes, x, scale, zero);
        return node("DequantizeLinear", x.type(), attributes, q, scale, zero);
    }

    private static Value node(String opType, TensorType type, Attributes attributes, Value... inputs) {
        return new Node("", opType, null, List.of(inputs), attributes, List.of(type), null, 21).output();
    }
}
