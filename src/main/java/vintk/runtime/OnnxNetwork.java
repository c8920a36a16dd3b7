package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.opset.BatchFirst;
import vintk.opset.Importer;

/** A network read from an ONNX file. */
public final class OnnxNetwork implements Network {
    private final String name;
    private final ModelProto model;
    private final Resolver.DeclaredInput input;

    private OnnxNetwork(String name, ModelProto model) {
        this.name = name;
        this.model = model;
        Map<String, Resolver.DeclaredInput> declared = Resolver.declared(model);
        if (declared.size() != 1) {
            throw new ModelException(
                    ModelException.Kind.INVALID_MODEL,
                    name + " has " + declared.size() + " inputs " + declared.values()
                            + "; models of one input are handled");
        }
        this.input = declared.values().iterator().next();
        if (input.dataType() != DataType.FLOAT || input.dims().isEmpty()) {
            throw new ModelException(
                    ModelException.Kind.INVALID_MODEL,
                    name + ": input " + input + " of type " + input.dataType() + "; a float32 batch is expected");
        }
    }

    /** Reads a file; a {@link ModelException} says what is wrong with it. */
    public static OnnxNetwork read(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.onnx$", "");
        try {
            return new OnnxNetwork(name, BatchFirst.rewritten(InferenceMode.of(ModelFile.read(file))));
        } catch (IllegalArgumentException e) {
            throw new ModelException(ModelException.Kind.INVALID_MODEL, file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long fixedBatch() {
        return Math.max(0, input.dims().get(0));
    }

    /** The model's own extents where it is fixed to them, those wanted elsewhere. */
    @Override
    public Shape sampleShape(Shape wanted) {
        List<Long> dims = new ArrayList<>();
        for (int i = 1; i < input.dims().size(); i++) {
            long fixed = input.dims().get(i);
            if (fixed < 0 && i - 1 >= wanted.rank()) {
                throw new ModelException(
                        ModelException.Kind.INVALID_MODEL,
                        name + ": input " + input + " has free extents beside the batch; give --input with a shape");
            }
            dims.add(fixed >= 0 ? fixed : wanted.dim(i - 1));
        }
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    /** Refuses samples of a shape that the model does not take, in words about the file they come from. */
    public void requireSample(Shape sample, String file) {
        Shape batch = sample.prepend(1);
        if (!input.accepts(batch, 0)) {
            throw new IllegalArgumentException(
                    file + ": the model expects input " + input + ", got samples of shape " + sample);
        }
    }

    @Override
    public Graph graph(long samples, Shape sample) {
        Shape shape = sample.prepend(samples);
        if (!input.accepts(shape, 0)) {
            throw new ModelException(
                    ModelException.Kind.INVALID_MODEL,
                    name + ": input " + input + " does not take a batch of shape " + shape);
        }
        return Importer.graph(Resolver.resolve(model, Map.of(input.name(), new TensorType(input.dataType(), shape))));
    }

    /** Tried on the model itself; a batch that is fixed cannot be varied. */
    @Override
    public void requireIndependentSamples(float[] data, Shape sample, String output, int threads) {
        if (fixedBatch() == 0) {
            new Independence(model, input.name(), output, SessionSettings.of(threads)).require(data, sample);
        }
    }
}
