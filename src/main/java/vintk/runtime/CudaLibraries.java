package vintk.runtime;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The libraries of CUDA that ONNX Runtime's provider opens. Where the folder {@code cuda} lies beside the jar (the profile {@code
 * cuda-redist} fills it from Maven), they are loaded from there first: a library that is loaded already is not looked for.
 */
public final class CudaLibraries {
    /** Each after those that it needs. */
    private static final List<String> NAMES = List.of(
            "libcudart.so.12",
            "libnvJitLink.so.12",
            "libcublasLt.so.12",
            "libcublas.so.12",
            "libcufft.so.11",
            "libcurand.so.10",
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_adv.so.9",
            "libcudnn_heuristic.so.9",
            "libcudnn_engines_precompiled.so.9",
            "libcudnn_engines_runtime_compiled.so.9",
            "libcudnn.so.9");

    private static boolean loaded;

    private CudaLibraries() {}

    /** Those without which the provider computes nothing; the first comes with the driver, the last is opened when it is needed. */
    public static List<String> needed() {
        return List.of(
                "libcuda.so.1",
                "libcudart.so.12",
                "libcublasLt.so.12",
                "libcublas.so.12",
                "libcurand.so.10",
                "libcudnn.so.9");
    }

    /** Loads what lies in the folder beside the jar; what does not load there is left to the system's own search. */
    static synchronized void load() {
        Optional<Path> folder = beside();
        if (loaded || folder.isEmpty()) {
            return;
        }
        loaded = true;
        for (String name : NAMES) {
            Path file = folder.get().resolve(name);
            if (Files.exists(file)) {
                try {
                    System.load(file.toAbsolutePath().toString());
                } catch (UnsatisfiedLinkError e) {
                    // ONNX Runtime says what it misses.
                }
            }
        }
    }

    /** The folder {@code cuda} beside the jar. */
    static Optional<Path> beside() {
        try {
            Path code = Path.of(CudaLibraries.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path folder = code.resolveSibling("cuda");
            return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
        } catch (URISyntaxException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Where the system's search finds a library, or empty: beside the jar, LD_LIBRARY_PATH, the usual folders. */
    public static Optional<Path> find(String name) {
        List<Path> folders = new ArrayList<>();
        beside().ifPresent(folders::add);
        String path = System.getenv("LD_LIBRARY_PATH");
        if (path != null) {
            Stream.of(path.split(":")).filter(f -> !f.isBlank()).map(Path::of).forEach(folders::add);
        }
        folders.add(Path.of("/usr/local/cuda/lib64"));
        folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
        folders.add(Path.of("/usr/lib64"));
        folders.add(Path.of("/usr/lib"));
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    /** The devices that the driver's own listing names, in its order; empty where there is no driver. */
    public static List<String> listed() {
        Path folder = Path.of("/proc/driver/nvidia/gpus");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (Stream<Path> cards = Files.list(folder)) {
            for (Path card : cards.sorted().toList()) {
                Files.readAllLines(card.resolve("information")).stream()
                        .filter(line -> line.startsWith("Model:"))
                        .map(line -> line.substring(6).strip())
                        .forEach(names::add);
            }
        } catch (IOException e) {
            return names;
        }
        return names;
    }
}
