package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.UnsupportedOperatorException;
import vintk.opset.Importer;
import vintk.opset.Resolved;
import vintk.opset.Roles;
import vintk.proto.ControlFlow;
import vintk.proto.Preparation;

/**
 * A fuzz target: all that is done with a model before ONNX Runtime sees it, and what is done with sub-graphs after. Bytes
 * that begin with 0 are a model file; others choose a seed and say how to change it ({@link ModelMutation}). A model is taken
 * or refused with a message; any other exception is a finding.
 */
public final class ImportFuzzer {
    private static final Path FILE = Path.of("/nowhere/fuzz.onnx");
    private static final int LEVELS = 12;
    private static final int MOST_DRAWN = 10_000;
    private static final List<ModelProto> SEEDS = seeds();

    private ImportFuzzer() {}

    /** Jazzer calls this. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int seed = Byte.toUnsignedInt(data[0]);
        if (seed > 0) {
            ModelProto model = SEEDS.get((seed - 1) % SEEDS.size());
            take(new ModelMutation(ByteBuffer.wrap(data, 1, data.length - 1)).apply(model));
            return;
        }
        try {
            take(ModelProto.parseFrom(Arrays.copyOfRange(data, 1, data.length)));
        } catch (InvalidProtocolBufferException e) {
            // No protobuf at all.
            return;
        }
    }

    static void take(ModelProto model) {
        ModelProto plain;
        Signature signature;
        Shape sample;
        try {
            plain = Preparation.of(ModelFile.checked(FILE, model));
            signature = Signature.of(plain, ModelInputs.DEFAULT);
            sample = signature.sampleShape(Shape.of(3, 8, 8));
        } catch (IllegalArgumentException | ModelException e) {
            requireMessage(e);
            return;
        }
        refusable(() -> Resolver.bound(plain, signature, 2, sample));
        for (Initialisation.Scheme scheme : Initialisation.Scheme.values()) {
            refusable(() -> drawn(
                    plain,
                    Initialisation.parse(scheme.name().toLowerCase(Locale.ROOT).replace('_', '-')),
                    1));
        }
        refusable(() -> unrolled(plain));
        try {
            Importer.graph(new Resolved(plain, signature.types(2, sample), Map.of()));
        } catch (RuntimeException e) {
            // Operators whose form ONNX Runtime would have refused: here only memory, stack and time count.
            return;
        }
    }

    /** Roles of all weights, and numbers for them where they are few: drawing is slow, and does not depend on the model. */
    private static void drawn(ModelProto model, Initialisation scheme, long seed) {
        double most = Roles.parameters(model).stream()
                .mapToDouble(p ->
                        Arrays.stream(p.type().shape().dims()).asDoubleStream().reduce(1, (a, b) -> a * b))
                .sum();
        if (most < MOST_DRAWN || most > Integer.MAX_VALUE) {
            Reinitialisation.of(model, scheme, seed);
        }
    }

    private static void unrolled(ModelProto model) {
        ControlFlow control = new ControlFlow();
        ModelProto plain = model;
        for (int i = 0; i < LEVELS && ControlFlow.isIn(plain); i++) {
            plain = control.step(plain, new Stored(plain));
        }
    }

    /** Initializers are known; all else has the shape of a few rows. */
    private static final class Stored implements ControlFlow.Knowledge {
        private final Map<String, Tensor> tensors = new HashMap<>();

        Stored(ModelProto model) {
            model.getGraph().getInitializerList().forEach(t -> tensors.put(t.getName(), TensorReader.read(t)));
        }

        @Override
        public Tensor constant(String name) {
            return tensors.get(name);
        }

        @Override
        public Shape shape(String name) {
            return Shape.of(3, 4);
        }
    }

    private static void refusable(Runnable part) {
        try {
            part.run();
        } catch (IllegalArgumentException | UnsupportedOperatorException | ModelException e) {
            requireMessage(e);
        }
    }

    private static void requireMessage(RuntimeException e) {
        if (e.getMessage() == null || e.getMessage().isBlank()) {
            throw new AssertionError("no message", e);
        }
    }

    /** The built ones, and the files of a folder that {@code -Dvintk.fuzz.seeds} names. */
    private static List<ModelProto> seeds() {
        List<ModelProto> seeds = new ArrayList<>(FuzzSeeds.all());
        String folder = System.getProperty("vintk.fuzz.seeds");
        if (folder != null) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".onnx"))
                        .sorted()
                        .toList()) {
                    if (Files.size(file) < 200_000) {
                        seeds.add(ModelProto.parseFrom(Files.readAllBytes(file)));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return seeds;
    }
}
