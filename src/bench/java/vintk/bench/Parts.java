package vintk.bench;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import vintk.fourier.HighPass;
import vintk.input.Batch;
import vintk.input.Synthetic;
import vintk.onnx.Fusion;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.runtime.CandidateNetwork;
import vintk.runtime.Network;
import vintk.runtime.SessionSettings;
import vintk.score.Integration;
import vintk.score.Kernel;
import vintk.score.Precision;
import vintk.score.Score;
import vintk.score.Statistic;
import vintk.space.Candidate;
import vintk.space.Space;
import vintk.space.Spaces;

/** What a candidate costs besides its kernel, each part alone: N = 32 images of 224×224 with two views. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Parts {
    private static final int SAMPLES = 32;
    private static final int SIZE = 224;

    /** A space, of which the first candidate of seed 0 is taken. */
    @Param("autoformer-tiny")
    public String space;

    private Workload work;
    private Network candidate;
    private Graph differentiated;
    private Graph fused;
    private ModelProto model;
    private Kernel kernel;

    /** What the parts start from. */
    @Setup
    public void setUp() throws IOException {
        work = Workload.of(space, SAMPLES, SIZE, 0, 0, 0);
        candidate = work.network();
        differentiated = work.kernelGraph();
        fused = Fusion.apply(differentiated, SessionSettings.of(0).target());
        model = ModelWriter.model(fused);
        int size = 2 * SAMPLES;
        double[] values = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                values[i * size + j] = 1 / (1.0 + Math.abs(i - j));
            }
        }
        kernel = new Kernel(values, SAMPLES, List.of(Kernel.IDENTITY, "highpass"), Precision.FLOAT32);
    }

    /** The forward graph, whose weights are drawn on all cores meanwhile: until the last is there. */
    @Benchmark
    public long buildAndDraw() {
        Graph graph = candidate.graph(SAMPLES, Shape.of(3, SIZE, SIZE));
        return graph.constants().stream()
                .map(Value::constant)
                .mapToLong(t -> t.data().remaining())
                .sum();
    }

    /** The kernel's graph, from the forward graph. */
    @Benchmark
    public Graph differentiate() {
        return work.kernelGraph();
    }

    /** Operators joined, as sessions of a processor run them. */
    @Benchmark
    public Graph fuse() {
        return Fusion.apply(differentiated, SessionSettings.of(0).target());
    }

    /** As a protobuf message. */
    @Benchmark
    public ModelProto write() {
        return ModelWriter.model(fused);
    }

    /** As bytes, weights included. */
    @Benchmark
    public byte[] serialise() {
        return model.toByteArray();
    }

    /** Images that are drawn. */
    @Benchmark
    public Batch images() throws IOException {
        return new Synthetic().load(SAMPLES, 3, SIZE, SIZE, 0);
    }

    /** One Fourier view of a batch. */
    @Benchmark
    public Batch view() {
        return new HighPass(0.1).apply(work.batch(), 0);
    }

    /** Eigenvalues and all statistics of the joint kernel. */
    @Benchmark
    public Score score() {
        return Score.of(kernel, Statistic.LOG_COND, Integration.MEAN);
    }

    /** A candidate drawn from its space, and its architecture. */
    @Benchmark
    public Network resolve() throws IOException {
        Space of = Spaces.builtIn(space);
        Candidate first = of.sample(1, 0).get(0);
        return new CandidateNetwork(first.id(), first.resolve(of), 0);
    }
}
