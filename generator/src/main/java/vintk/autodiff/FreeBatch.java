package vintk.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Rewrite;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Frees a graph built for N samples from that number, for files that take any batch: where a Reshape names the extent of
 * the axis that carries the samples it says -1, and an Expand takes it from the input.
 */
public final class FreeBatch {
    private final BatchFlow flow;
    private final Value input;

    private FreeBatch(BatchFlow flow, Value input) {
        this.flow = flow;
        this.input = input;
    }

    /** The same graph for any batch; samples lie on axis 0 of the first input. */
    public static Graph apply(Graph graph, long samples) {
        Value input = graph.inputs().get(0);
        BatchFlow flow =
                BatchFlow.track(Map.of(input, BatchAxis.at(0)), graph.outputs().values(), samples);
        return Rewrite.apply(graph, new FreeBatch(flow, input)::freed);
    }

    private List<Value> freed(Node node, List<Value> inputs) {
        BatchAxis axis = flow.of(node.output());
        if (axis != null && node.opType().equals("Reshape")) {
            long[] dims = node.output().shape().dims();
            dims[axis.axis()] = -1;
            inputs.set(1, Ops.longs(dims));
        } else if (axis != null && node.opType().equals("Expand")) {
            inputs.set(1, freeShape(node.output().shape(), axis.axis()));
        }
        return Rewrite.with(node, inputs).outputs();
    }

    /** The extents with the batch of the input at one place, as a computed shape. */
    private Value freeShape(Shape shape, int axis) {
        TensorType rank = TensorType.of(DataType.INT64, input.shape().rank());
        Value samples = Indexing.slice(Ops.node("Shape", rank, Attributes.NONE, input), 0, 0, 1);
        List<Value> parts = new ArrayList<>();
        if (axis > 0) {
            parts.add(Ops.longs(shape.slice(0, axis).dims()));
        }
        parts.add(samples);
        if (axis + 1 < shape.rank()) {
            parts.add(Ops.longs(shape.slice(axis + 1, shape.rank()).dims()));
        }
        return Ops.concat(0, parts);
    }
}
