package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import vintk.ntk.GraphCost;
import vintk.ntk.KernelGraph;
import vintk.onnx.Fusion;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * Computes the kernel of a network for batches of one size. Differentiates once when opened; {@link #compute} runs.
 *
 * <p>The batched engine runs one graph whose only output is the kernel. Where samples cannot be tracked through the
 * network, or its batch is fixed, the per-sample engine takes chunks as large as the network allows, keeps their
 * gradients, and contracts them at the end: the same kernel, more memory and time.
 *
 * <p>One computes one kernel at a time, whoever asks; for kernels side by side each thread opens its own.
 */
public final class KernelEngine implements AutoCloseable {
    private final Network network;
    private final KernelOptions options;
    private final Shape sample;
    private final int samples;
    private final Differentiation plan;
    /** Null where the session is shared. */
    private final Session own;

    private final Supplier<Session> session;
    private final BatchTensor batch;
    /** Held by whoever computes: engines of one session take turns. */
    private final Object turn;

    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    private final JacobianContraction contraction;
    private final long peakBytes;
    private Trial.Found found;
    private int times = 1;
    private boolean closed;

    private KernelEngine(
            Network network,
            KernelOptions options,
            Shape sample,
            int samples,
            Differentiation plan,
            SharedSession shared) {
        this.network = network;
        this.options = options;
        this.sample = sample;
        this.samples = samples;
        this.plan = plan;
        SessionSettings settings = options.session();
        Interruption.check();
        Graph graph = Fusion.apply(plan.differentiated().graph(), settings.target());
        Interruption.check();
        this.peakBytes = GraphCost.of(graph).peakBytes();
        requireMemory();
        ModelProto model = ModelWriter.model(graph);
        boolean isShared = shared != null && plan.batched();
        Skeleton skeleton = isShared ? Skeleton.of(model) : Skeleton.alone(model, settings.device());
        this.batch = isShared ? shared.batch() : new BatchTensor();
        this.turn = isShared ? shared : this;
        this.own = isShared ? null : Session.of(skeleton.model(), settings);
        // Once: it is asked for at every run.
        ByteString structure = isShared ? skeleton.model().toByteString() : ByteString.EMPTY;
        this.session = isShared ? () -> shared.of(structure) : () -> own;
        try {
            skeleton.tensors().forEach((name, tensor) -> tensors.put(name, Tensors.of(tensor)));
            this.contraction = plan.batched() ? null : new JacobianContraction(plan.gradients(), samples, options);
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    private void release() {
        tensors.values().forEach(OnnxTensor::close);
        if (own != null) {
            batch.close();
            own.close();
        }
    }

    /**
     * Differentiates a network for N samples of a shape.
     *
     * @throws ModelException where this network cannot be differentiated, or an option does not go with it; the message says why
     * @throws Interruption.Interrupted where {@link Interruption} was asked to end it
     */
    public static KernelEngine open(Network network, int samples, Shape sample, KernelOptions options) {
        return open(network, samples, sample, options, null);
    }

    /**
     * The same on a session that models of one structure share. It is taken when the kernel is computed: any thread may open an
     * engine, those of one shared session compute one after the other.
     *
     * @param shared null for a session of this engine's own
     */
    public static KernelEngine open(
            Network network, int samples, Shape sample, KernelOptions options, SharedSession shared) {
        if (samples < 1) {
            throw new IllegalArgumentException("expected 1 or more samples, got " + samples);
        }
        return ModelException.explained(network, () -> {
            int rows = Rows.of(network, samples, sample, options);
            return new KernelEngine(
                    network, options, sample, rows, Differentiation.plan(network, rows, sample, options), shared);
        });
    }

    /** Refuses what cannot fit into the machine, before the machine does. */
    private void requireMemory() {
        String shortage = options.session().device().isCuda() ? null : Machine.shortage(peakBytes, plan.chunk());
        if (shortage != null) {
            throw new ModelException(ModelException.Kind.OUT_OF_MEMORY, network.name() + ": " + shortage);
        }
    }

    /**
     * The kernel of a batch. Whether samples of a batch influence each other is tried on a few of them, until some have told: their outputs
     * are numbers, and differ.
     *
     * @param data [N, ...sample], row-major; on a shared session not to be changed as long as that is open
     * @throws ModelException where there is none: samples influence each other, outputs alone are NaN, their sum is constant (as after a
     *     Softmax), memory does not suffice
     * @throws IllegalArgumentException where the data are not N samples
     * @throws Interruption.Interrupted where {@link Interruption} was asked to end it; {@link Thread#interrupt()} does not
     */
    public KernelMatrix compute(float[] data) {
        return compute(data, options.seed());
    }

    /** The same with another seed of the random vectors. */
    public KernelMatrix compute(float[] data, long seed) {
        synchronized (turn) {
            if (closed) {
                throw new IllegalStateException(network.name() + ": this engine is closed");
            }
            try {
                KernelMatrix kernel = computed(data, seed);
                if (ConstantOutput.isPossible(options.reduction())) {
                    ConstantOutput.refuse(kernel, found.sameSum(), () -> random(data, seed));
                }
                return kernel;
            } catch (ArithmeticException e) {
                throw ModelException.isOverflow(e) ? ModelException.tooMany(network, e) : e;
            } finally {
                if (own != null) {
                    // The next batch may come in the same array.
                    batch.close();
                }
            }
        }
    }

    private KernelMatrix computed(float[] data, long seed) {
        Reduction reduction = options.reduction();
        List<float[]> rounds = reduction.rounds(plan.sampleOutput(), seed);
        boolean full = reduction.kind() == Reduction.Kind.FULL;
        int given = full ? samples / rounds.size() : samples;
        if (data.length != given * sample.elements()) {
            throw new IllegalArgumentException(
                    "expected " + given + " samples of shape " + sample + ", got " + data.length + " numbers");
        }
        if (found == null || !found.telling()) {
            found = network.tried(data, sample, plan.output(), options.session().threads());
        }
        float[] batch = data;
        if (full) {
            times = rounds.size();
            batch = Rows.repeated(data, times, Math.toIntExact(sample.elements()));
            rounds = List.of(Rows.tiled(rounds, given));
        }
        Map<String, double[]> sums = new LinkedHashMap<>();
        for (float[] v : rounds) {
            Map<String, double[]> kernels = plan.batched() ? runBatched(batch, v) : runChunks(batch, v);
            kernels.forEach((name, values) -> sums.merge(name, values, Rows::plus));
        }
        if (!reduction.isSum() && rounds.size() > 1) {
            double scale = 1.0 / rounds.size();
            sums.replaceAll(
                    (name, values) -> Arrays.stream(values).map(x -> x * scale).toArray());
        }
        double[] kernel = sums.get(KernelGraph.KERNEL);
        KernelRange range = KernelRange.of(kernel);
        if (!options.accurate() && found.number() && !range.isOfProducts()) {
            return accurate(data, seed, range);
        }
        Optional<String> origin = origin(kernel, batch, rounds.get(0));
        if (!found.number() && range.isNumber()) {
            throw new ModelException(
                    ModelException.Kind.NON_FINITE,
                    network.name() + ": output '" + plan.output() + "' is NaN, though its gradient is not");
        }
        return matrix(sums, origin);
    }

    /** The kernel of one random projection of the outputs, for a few samples. */
    private KernelMatrix random(float[] data, long seed) {
        int few = Math.min(samples, Trial.SAMPLES);
        float[] first = Arrays.copyOf(data, few * Math.toIntExact(sample.elements()));
        try (KernelEngine engine = open(network, few, sample, options.withReduction(Reduction.NORMAL))) {
            engine.found = found;
            return engine.computed(first, seed);
        }
    }

    /** The kernel by float64 products, where those of float32 may have become 0 or infinite. */
    private KernelMatrix accurate(float[] data, long seed, KernelRange range) {
        int given = Math.toIntExact(data.length / sample.elements());
        try (KernelEngine engine = open(network, given, sample, options.withAccurate(true))) {
            engine.found = found;
            KernelMatrix kernel = engine.computed(data, seed);
            return range.remark(KernelRange.of(kernel.values()))
                    .map(kernel::withRemark)
                    .orElse(kernel);
        }
    }

    private KernelMatrix matrix(Map<String, double[]> kernels, Optional<String> origin) {
        double[] total = kernels.remove(KernelGraph.KERNEL);
        Map<String, double[]> perParameter = new LinkedHashMap<>();
        if (options.perParameter()) {
            kernels.forEach((name, values) -> perParameter.put(name.substring(KernelGraph.KERNEL_OF.length()), values));
        }
        List<Value> counted = plan.differentiated().parameters();
        return new KernelMatrix(
                samples,
                total,
                Collections.unmodifiableMap(perParameter),
                counted.stream().map(Value::name).toList(),
                List.copyOf(plan.leftOut()),
                counted.stream().mapToLong(p -> p.shape().elements()).sum(),
                plan.batched() ? "batched" : "per-sample",
                plan.reason(),
                plan.output(),
                plan.forward().macs() / plan.chunk(),
                peakBytes,
                Stream.of(
                                plan.remark(),
                                options.reduction().remark(plan.sampleOutput()),
                                session.get().placement().remark(),
                                found.remark(),
                                KernelRange.of(total).remark())
                        .flatMap(Optional::stream)
                        .toList(),
                origin);
    }

    /** Why a kernel is no number, where it is none: a parameter that is none, or the operator that gives one. */
    private Optional<String> origin(double[] kernel, float[] data, float[] v) {
        // A gradient that is no number makes its whole row and column none, but no other place of the diagonal.
        int row = 0;
        while (row < samples && Double.isFinite(kernel[row * samples + row])) {
            row++;
        }
        if (row == samples) {
            return Optional.empty();
        }
        Optional<String> parameter =
                ParameterFilter.notFinite(plan.differentiated().parameters());
        if (parameter.isPresent()) {
            return parameter;
        }
        int from = Math.toIntExact(row / plan.chunk() * plan.chunk());
        try {
            return NotFinite.origin(
                    plan.differentiated().graph(),
                    graph -> fed(chunk(data, from), from, v, feeds -> {
                        try (GraphRun run = new GraphRun(graph, options.session())) {
                            return run.runOn(feeds);
                        }
                    }));
        } catch (ModelException e) {
            // Memory may not suffice a second time: the kernel's own message has to do.
            return Optional.empty();
        }
    }

    private Map<String, double[]> runBatched(float[] data, float[] v) {
        Map<String, double[]> kernels = new LinkedHashMap<>();
        try (OrtSession.Result result = run(data, 0, v)) {
            for (String name : plan.differentiated().graph().outputs().keySet()) {
                kernels.put(name, Tensors.doubles(result, name));
            }
        }
        return kernels;
    }

    private Map<String, double[]> runChunks(float[] data, float[] v) {
        Map<String, float[]> rows = contraction.rows();
        int chunk = Math.toIntExact(plan.chunk());
        for (int from = 0; from < samples; from += chunk) {
            try (OrtSession.Result result = run(chunk(data, from), from, v)) {
                contraction.store(rows, result, from, Math.min(chunk, samples - from));
            }
        }
        return contraction.contract(rows, options.perParameter());
    }

    /** The samples of one run, from one on. */
    private float[] chunk(float[] data, int from) {
        int chunk = Math.toIntExact(plan.chunk());
        int width = Math.toIntExact(sample.elements());
        if (chunk == samples) {
            return data;
        }
        int count = Math.min(chunk, samples - from);
        float[] part = Arrays.copyOf(Arrays.copyOfRange(data, from * width, (from + count) * width), chunk * width);
        // A last chunk that is not full repeats its first sample; those gradients are not used.
        for (int i = count; i < chunk; i++) {
            System.arraycopy(part, 0, part, i * width, width);
        }
        return part;
    }

    private OrtSession.Result run(float[] data, int from, float[] v) {
        return fed(data, from, v, feeds -> {
            Map<String, OnnxTensor> all = new LinkedHashMap<>(tensors);
            all.putAll(feeds);
            return session.get().run(all);
        });
    }

    /** Some work with what the graph reads besides its own tensors. */
    private <T> T fed(float[] data, int from, float[] v, Function<Map<String, OnnxTensor>, T> work) {
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try {
            for (Companion companion : network.companions()) {
                feeds.put(
                        companion.name(),
                        Tensors.of(
                                companion.type(),
                                companion.row().prepend(plan.chunk()),
                                0,
                                companion.rows(from, Math.toIntExact(plan.chunk()), times)));
            }
            if (options.reduction().isInput()) {
                boolean own = options.reduction().kind() == Reduction.Kind.FULL;
                int size = Math.toIntExact(plan.sampleOutput().elements());
                Shape shape = own ? plan.sampleOutput().prepend(plan.chunk()) : plan.sampleOutput();
                float[] given = own && !plan.batched()
                        ? Arrays.copyOfRange(v, from * size, (from + (int) plan.chunk()) * size)
                        : v;
                feeds.put(Differentiation.COTANGENT, Tensors.of(shape.dims(), given));
            }
            Map<String, OnnxTensor> all = new LinkedHashMap<>(feeds);
            Value main = plan.differentiated().graph().input(plan.input());
            all.put(
                    plan.input(),
                    batch.of(data, () -> Tensors.of(main.dataType(), main.shape(), network.batchAxis(), data)));
            return work.apply(all);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        synchronized (turn) {
            if (!closed) {
                closed = true;
                try (contraction) {
                    release();
                }
            }
        }
    }
}
