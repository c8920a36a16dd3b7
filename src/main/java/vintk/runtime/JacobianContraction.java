package vintk.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import vintk.ntk.KernelGraph;
import vintk.onnx.DataType;
import vintk.onnx.Fusion;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;

/** Collects per-sample gradients of chunks, parameter by parameter, and contracts them to the kernel. */
final class JacobianContraction implements AutoCloseable {
    private final Map<String, TensorType> gradients;
    private final int samples;
    private final Session session;

    /** @param gradients the outputs of a run, {@code grad/<initializer>} [chunk, ...shape] */
    JacobianContraction(Map<String, TensorType> gradients, int samples, KernelOptions options) {
        gradients.forEach((name, type) -> {
            if (type.dataType() != DataType.FLOAT) {
                throw new IllegalArgumentException("parameter '" + name.substring(KernelGraph.GRADIENT_OF.length())
                        + "' is of type " + type.dataType() + "; sample by sample, float32 parameters are handled");
            }
        });
        this.gradients = gradients;
        this.samples = samples;
        Map<String, TensorType> whole = new LinkedHashMap<>();
        gradients.forEach((name, type) -> whole.put(
                name.substring(KernelGraph.GRADIENT_OF.length()),
                type.withShape(type.shape().with(0, samples))));
        this.session = Session.of(
                ModelWriter.model(Fusion.apply(
                        KernelGraph.contraction(whole, samples, options.products()),
                        options.session().target())),
                options.session());
    }

    /** Room for the rows of all samples, by output name. */
    Map<String, float[]> rows() {
        Map<String, float[]> rows = new LinkedHashMap<>();
        gradients.forEach((name, type) -> rows.put(name, new float[Math.toIntExact(samples * width(type))]));
        return rows;
    }

    private static long width(TensorType type) {
        return type.shape().elements() / type.shape().dim(0);
    }

    /** Copies the gradients of one run to the rows of its samples. */
    void store(Map<String, float[]> rows, OrtSession.Result result, int from, int count) {
        gradients.forEach((name, type) -> {
            int width = Math.toIntExact(width(type));
            FloatBuffer values = Tensors.output(result, name).getFloatBuffer();
            values.get(rows.get(name), from * width, count * width);
        });
    }

    /** The kernel, and that of each parameter where asked for, under the names of {@link KernelGraph}. */
    Map<String, double[]> contract(Map<String, float[]> rows, boolean perParameter) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        Map<String, double[]> kernels = new LinkedHashMap<>();
        try {
            gradients.forEach((name, type) -> {
                Shape shape = type.shape().with(0, samples);
                feeds.put(name.substring(KernelGraph.GRADIENT_OF.length()), Tensors.of(shape.dims(), rows.get(name)));
            });
            try (OrtSession.Result result = session.run(feeds)) {
                for (String name : session.outputNames()) {
                    if (perParameter || name.equals(KernelGraph.KERNEL)) {
                        kernels.put(name, Tensors.doubles(result, name));
                    }
                }
            }
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
        return kernels;
    }

    @Override
    public void close() {
        session.close();
    }
}
