package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;
import vintk.opset.Importer;
import vintk.opset.Marks;
import vintk.opset.Parameter;
import vintk.opset.Resolved;
import vintk.opset.Roles;
import vintk.opset.TakenStatistics;
import vintk.proto.CopiedRows;
import vintk.proto.Preparation;
import vintk.proto.Untying;
import vintk.space.RandomStream;

/** A network read from an ONNX file. */
public final class OnnxNetwork implements Network {
    private final String name;
    private final ModelProto model;
    private final Signature signature;
    private final TakenStatistics statistics;
    private final List<String> remarks;

    private OnnxNetwork(
            String name, ModelProto model, Signature signature, TakenStatistics statistics, List<String> remarks) {
        this.name = name;
        this.model = model;
        this.signature = signature;
        this.statistics = statistics;
        this.remarks = remarks;
    }

    /** Reads a file; a {@link ModelException} says what is wrong with it. */
    public static OnnxNetwork read(Path file) {
        return read(file, ModelInputs.DEFAULT);
    }

    /** Reads a file, of which other inputs than the samples' are given. */
    public static OnnxNetwork read(Path file, ModelInputs inputs) {
        String name = file.toAbsolutePath().normalize().toFile().getName().replaceFirst("\\.onnx$", "");
        try {
            ModelProto stored = Preparation.of(ModelFile.read(file));
            Signature signature = Signature.of(stored, inputs);
            boolean fixed = signature.fixedBatch() > 1 && signature.axis() == 0;
            // Copies of one row are one parameter, however many read them: before what is shared is taken apart.
            ModelProto rows = fixed ? CopiedRows.of(stored, signature.fixedBatch()) : stored;
            ModelProto apart = inputs.untied() ? Untying.of(rows) : rows;
            ModelProto model = Marks.including(apart, inputs.included());
            List<Parameter> parameters = Roles.parameters(model);
            TakenStatistics statistics = TakenStatistics.of(model, parameters);
            List<String> remarks = remarks(model, signature, inputs, parameters, statistics);
            return new OnnxNetwork(name, model, signature, statistics, remarks);
        } catch (IllegalArgumentException e) {
            throw new ModelException(ModelException.Kind.INVALID_MODEL, file + ": " + e.getMessage(), e);
        }
    }

    private static List<String> remarks(
            ModelProto model,
            Signature signature,
            ModelInputs inputs,
            List<Parameter> parameters,
            TakenStatistics statistics) {
        List<String> remarks = new ArrayList<>();
        if (!signature.notGiven().isEmpty()) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "not given, so all elements %s: input %s (--input NAME=FILE.npy, or --fill)",
                    inputs.fill() == 0 ? "0" : Double.toString(inputs.fill()),
                    String.join(", ", signature.notGiven())));
        }
        long integers = IntegerWeights.of(model);
        if (integers > 0) {
            remarks.add("weights stored as integers do not count (" + integers
                    + " that Cast or DequantizeLinear reads): the kernel is of the other parameters alone");
        }
        if (!statistics.ofActivations().isEmpty()) {
            remarks.add("taken for statistics, as they are subtracted or divided by before a shift, so that they do not"
                    + " count unless --include names them: " + SomeNames.of(statistics.ofActivations()));
        }
        if (!inputs.untied() && SharedTensors.areIn(model, parameters)) {
            remarks.add(SharedTensors.REMARK);
        }
        FusedNormalisation.remark(model).ifPresent(remarks::add);
        return List.copyOf(remarks);
    }

    /** This network with parameters drawn from a seed in place of its own. */
    public OnnxNetwork reinitialised(Initialisation scheme, long seed) {
        Reinitialisation drawn;
        try {
            drawn = Reinitialisation.of(model, scheme, seed);
        } catch (IllegalArgumentException e) {
            throw new ModelException(ModelException.Kind.INVALID_MODEL, name + ": " + e.getMessage(), e);
        }
        List<String> all = new ArrayList<>(remarks);
        if (!drawn.left().isEmpty()) {
            all.add(drawn.remark());
        }
        return new OnnxNetwork(name, drawn.model(), signature, statistics, all);
    }

    /** The model as it is taken: functions expanded, in inference mode. */
    ModelProto model() {
        return model;
    }

    /** The name of the input that takes the samples. */
    public String samplesInput() {
        return signature.main().name();
    }

    @Override
    public DataType samplesType() {
        return signature.main().dataType();
    }

    @Override
    public Optional<String> imageStatistics() {
        return statistics.ofImages().isEmpty() ? Optional.empty() : Optional.of(SomeNames.of(statistics.ofImages()));
    }

    /** The inputs beside the samples that got one number for all elements. */
    public Set<String> filledInputs() {
        return signature.notGiven();
    }

    /** What a reader of results should know. */
    @Override
    public List<String> remarks() {
        return remarks;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long fixedBatch() {
        return signature.fixedBatch();
    }

    @Override
    public int batchAxis() {
        return signature.axis();
    }

    @Override
    public List<Companion> companions() {
        return signature.companions();
    }

    @Override
    public Shape sampleShape(Shape wanted) {
        try {
            return signature.sampleShape(wanted);
        } catch (IllegalArgumentException e) {
            throw new ModelException(ModelException.Kind.INVALID_MODEL, name + ": " + e.getMessage(), e);
        }
    }

    /** Refuses samples of a shape that the model does not take, in words about the file they come from. */
    public void requireSample(Shape sample, String file) {
        if (!signature.accepts(sample)) {
            throw new IllegalArgumentException(file + ": the model expects input " + signature.main() + batchText()
                    + ", got samples of shape " + sample + signature.another());
        }
    }

    private String batchText() {
        return switch (signature.axis()) {
            case ModelInputs.NO_BATCH -> " (a single sample)";
            case 0 ->
                fixedBatch() > 1 ? " (a batch of " + fixedBatch() + "; --batch-axis none where it is one sample)" : "";
            default -> " (samples on axis " + signature.axis() + ")";
        };
    }

    @Override
    public Graph graph(long samples, Shape sample) {
        if (!signature.accepts(sample)) {
            throw new ModelException(
                    ModelException.Kind.INVALID_MODEL,
                    name + ": input " + signature.main() + batchText() + " does not take a batch of shape "
                            + sample.prepend(samples));
        }
        Graph graph = Importer.graph(resolved(samples, sample));
        // The samples' input first, whatever the order in the file.
        List<Value> inputs = new ArrayList<>(graph.inputs());
        inputs.sort(Comparator.comparing(v -> !v.name().equals(signature.main().name())));
        return new Graph(graph.name(), inputs, graph.outputs(), graph.metadata());
    }

    /** A model may name no size and take but one, that of its linear layers. */
    private Resolved resolved(long samples, Shape sample) {
        try {
            return Resolver.resolve(model, signature, samples, sample);
        } catch (ModelException e) {
            if (!signature.isSizeFree()) {
                throw e;
            }
            throw new ModelException(
                    e.kind(),
                    e.getMessage() + "; samples of shape " + sample
                            + " were tried: another size may fit (--size, or --input)",
                    e);
        }
    }

    /** Tensors for all inputs of {@link #graph}, by name. */
    Map<String, Tensor> feeds(float[] data, int samples, Shape sample) {
        return signature.feeds(data, 0, samples, sample);
    }

    /** The names of the values that the model's nodes compute. */
    Set<String> valueNames() {
        Set<String> names = new LinkedHashSet<>();
        model.getGraph().getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        return names;
    }

    /** Values of the model itself, as ONNX Runtime computes them: not of the imported graph. */
    Map<String, Tensor> original(
            Set<String> wanted, Map<String, Tensor> feeds, int samples, Shape sample, SessionSettings settings) {
        ModelProto bound = Resolver.bound(model, signature, samples, sample);
        try (GraphRun run = new GraphRun(Resolver.part(bound, wanted), settings)) {
            return run.run(feeds);
        }
    }

    /** Tried on the model itself; a batch that is fixed at several cannot be varied. */
    @Override
    public Trial.Found tried(float[] data, Shape sample, String output, int threads) {
        return fixedBatch() == 0
                ? new Trial(model, signature, output, SessionSettings.of(threads)).run(data, sample)
                : Trial.Found.NOTHING;
    }

    /** Whether a model whose batch was fixed at one gives others the same outputs, tried on noise. */
    @Override
    public boolean takesOtherBatches(Shape sample, String output) {
        if (fixedBatch() != 1) {
            return fixedBatch() == 0;
        }
        float[] noise = new float[Math.toIntExact(Trial.SAMPLES * sample.elements())];
        RandomStream.of(0, name).normal(noise, 1);
        try {
            new Trial(model, signature, output, SessionSettings.of(0)).run(noise, sample);
            return true;
        } catch (ModelException e) {
            return false;
        }
    }
}
