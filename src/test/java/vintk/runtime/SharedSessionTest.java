package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.BlockedLayers;
import vintk.onnx.Fusion;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Target;
import vintk.space.Candidate;
import vintk.space.RandomStream;
import vintk.space.Space;
import vintk.space.Spaces;
import vintk.space.VisionTransformer;

/** One session for many candidates gives the kernels of their own sessions. */
class SharedSessionTest {
    private static final int SAMPLES = 3;

    @ParameterizedTest
    @ValueSource(strings = {"autoformer-tiny", "pit"})
    void kernelsAreThoseOfOwnSessions(String name) {
        Space space = Spaces.builtIn(name);
        int size = name.equals("pit") ? 64 : 32;
        List<Candidate> candidates = space.sample(4, 1);
        float[] images = new float[SAMPLES * 3 * size * size];
        RandomStream.of(0, "images").normal(images, 1);
        KernelOptions options = KernelOptions.defaults().withSession(SessionSettings.of(1));
        Set<Object> widths = new HashSet<>();
        try (SharedSession shared = new SharedSession(options.session())) {
            for (Candidate candidate : candidates) {
                VisionTransformer network = candidate.resolve(space, size, 10);
                widths.add(network.stages().get(0).width());
                Network drawn = new CandidateNetwork(candidate.id(), network, 7);
                double[] own = kernel(drawn, size, images, options, null);
                double[] other = kernel(drawn, size, images, options, shared);
                // Products are packed in another way where a weight is no constant.
                assertArrayEquals(own, other, 1e-5 * own[0], candidate.id());
            }
        }
        assertNotEquals(1, widths.size(), "the candidates are to differ");
    }

    /** Of two structures, so that each takes the session from the other. */
    @Test
    void enginesTakeTurns() throws Exception {
        KernelOptions options = KernelOptions.defaults().withSession(SessionSettings.of(1));
        List<KernelEngine> engines = new ArrayList<>();
        List<Callable<double[]>> computing = new ArrayList<>();
        List<double[]> expected = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        SharedSession shared = new SharedSession(options.session());
        try (shared) {
            Space space = Spaces.builtIn("pit");
            for (Candidate candidate : space.sample(2, 1)) {
                float[] images = new float[SAMPLES * 3 * 32 * 32];
                RandomStream.of(engines.size(), "images").normal(images, 1);
                Network network = new CandidateNetwork(candidate.id(), candidate.resolve(space, 32, 10), 7);
                KernelEngine engine = KernelEngine.open(network, SAMPLES, Shape.of(3, 32, 32), options, shared);
                engines.add(engine);
                computing.addAll(
                        Collections.nCopies(10, () -> engine.compute(images).values()));
                expected.addAll(Collections.nCopies(10, engine.compute(images).values()));
            }
            Collections.shuffle(computing, new Random(0));
            Collections.shuffle(expected, new Random(0));
            List<Future<double[]>> found = pool.invokeAll(computing);
            for (int i = 0; i < found.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i).get());
            }
        } finally {
            pool.shutdown();
        }
        assertThrows(IllegalStateException.class, computing.get(0)::call);
        engines.forEach(KernelEngine::close);
    }

    private static double[] kernel(
            Network network, int size, float[] images, KernelOptions options, SharedSession shared) {
        try (KernelEngine engine = KernelEngine.open(network, SAMPLES, Shape.of(3, size, size), options, shared)) {
            return engine.compute(images).values();
        }
    }

    /**
     * Widths, heads, ratios and names are no structure, depth is; on a processor with blocks of 16 channels also whether all widths are
     * whole blocks.
     */
    @ParameterizedTest
    @CsvSource({"autoformer-tiny, CUDA", "autoformer-tiny, BLOCKS_OF_16", "autoformer-small, BLOCKS_OF_16"})
    void structuresAreFew(String name, Target target) {
        Space space = Spaces.builtIn(name);
        Set<Object> expected = new HashSet<>();
        Set<Object> structures = new HashSet<>();
        for (Candidate candidate : space.sample(6, 2)) {
            CandidateNetwork network = new CandidateNetwork(candidate.id(), candidate.resolve(space, 224, 1000), 0);
            VisionTransformer architecture = network.architecture();
            expected.add(List.of(architecture.depth(), target == Target.BLOCKS_OF_16 && areWholeBlocks(architecture)));
            structures.add(skeleton(network, target).model());
        }
        assertEquals(expected.size(), structures.size());
    }

    private static boolean areWholeBlocks(VisionTransformer architecture) {
        return architecture.stages().stream()
                .allMatch(stage -> stage.width() % BlockedLayers.BLOCK == 0
                        && stage.blocks().stream().allMatch(block -> block.hidden() % BlockedLayers.BLOCK == 0));
    }

    private static Skeleton skeleton(CandidateNetwork network, Target target) {
        Differentiation plan =
                Differentiation.plan(network, SAMPLES, network.sampleShape(null), KernelOptions.defaults());
        return Skeleton.of(ModelWriter.model(Fusion.apply(plan.differentiated().graph(), target)));
    }
}
